/** What things of one sort have in common; the option axes that many sorts share. */
import { colours, type MaterialKind } from './facets.ts'

export interface Axis {
  name: string
  values: readonly string[]
  /** How much dearer and heavier each value is than the one before it: 0.2 is 20 %. */
  step: number
}

export interface Profile {
  /** Words that go before the noun: "Nordic". */
  styles: readonly string[]
  /** Materials by the word in the title, with the facet value they belong to. */
  materials: Readonly<Record<string, MaterialKind>>
  coloured: boolean
  axes: readonly Axis[]
  /** Lightest and heaviest. */
  grams: readonly [number, number]
  /** Sentences; {noun} and {style} are filled in. */
  phrases: readonly string[]
}

export const colour: Axis = { name: 'Colour', values: colours, step: 0 }
export const axis = (name: string, step: number, ...values: string[]): Axis => ({ name, step, values })
export const clothes = axis('Size', 0, 'XS', 'S', 'M', 'L', 'XL', 'XXL')
export const shoes = axis('Size', 0, '36', '37', '38', '39', '40', '41', '42', '43', '44', '45')
export const sizes = axis('Size', 0.35, 'Small', 'Medium', 'Large', 'Extra Large')
export const volume = axis('Size', 0.3, '250 ml', '350 ml', '500 ml', '750 ml', '1 l')
export const packs = axis('Pack', 0.85, 'Single', 'Pack of 2', 'Pack of 4', 'Pack of 6')
export const finish = axis('Finish', 0, 'Matt', 'Gloss', 'Brushed', 'Natural')
