/** What a row says about a variant: options, price, stock, weight. A field is undefined where the file is silent. */
import type { Cells } from './cells.ts'
import type { Field } from './columns.ts'
import { imageAddress } from './image-part.ts'
import { toMinor } from './money.ts'

export interface VariantPart {
  /** The values of option 1 to 3, '' for none. */
  values: string[]
  sku: string | null | undefined
  barcode: string | null | undefined
  priceMinor: bigint | undefined
  compareAtMinor: bigint | null | undefined
  weightGrams: number | null | undefined
  quantity: number | undefined
  /** The image that shows this variant. */
  imageUrl: string | null | undefined
}

const names: readonly Field[] = ['option1Name', 'option2Name', 'option3Name']
const values: readonly Field[] = ['option1Value', 'option2Value', 'option3Value']
const decisive: readonly Field[] = ['price', 'sku']
const indicative: readonly Field[] = ['quantity', 'compareAt', 'barcode']
const largestInteger = 2_147_483_647
const gramsPer: Record<string, number> = { g: 1, kg: 1_000, oz: 28.349523125, lb: 453.59237 }

/** Whether a row speaks of a variant. One with an image and no Title does only by an option value, a price or a SKU. */
export function isVariantRow(cells: Cells): boolean {
  if ([...values, ...decisive].some(cells.filled)) return true
  const imageOnly = cells.filled('imageUrl') && !cells.filled('title')
  return !imageOnly && indicative.some(cells.filled)
}

/** The variant in a row. What is wrong is added to the problems of `cells`, what is odd to `warnings`. */
export function variantPart(cells: Cells, digits: number, warnings: string[]): VariantPart {
  const optionValues = values.map((field) => cells.text(field) ?? '')
  return {
    values: optionValues.join('') === 'Default Title' ? ['', '', ''] : optionValues,
    sku: orNull(cells.text('sku')),
    barcode: orNull(cells.text('barcode')),
    priceMinor: price(cells, digits),
    compareAtMinor: money(cells, 'compareAt', digits),
    weightGrams: weight(cells),
    quantity: quantity(cells, warnings),
    imageUrl: imageAddress(cells, 'variantImage'),
  }
}

/** The names of option 1 to 3, all '' for a product without options; undefined when the row names none. */
export function optionNames(cells: Cells): string[] | undefined {
  const optionNames = names.map((field) => cells.text(field) ?? '')
  const given = optionNames.filter((name) => name !== '')
  if (given.length === 0) return undefined
  if (given.join() === 'Title' && cells.text('option1Value') === 'Default Title') return ['', '', '']
  const repeated = names.find((_, index) => optionNames[index] && optionNames.indexOf(optionNames[index]) < index)
  if (repeated) cells.refuse(repeated, 'names the same option again')
  return repeated ? undefined : optionNames
}

const orNull = (text: string | undefined) => (text === '' ? null : text)

function price(cells: Cells, digits: number): bigint | undefined {
  const problems = cells.problems.length
  const amount = money(cells, 'price', digits)
  if (amount === null && cells.problems.length === problems) cells.refuse('price', 'is empty')
  return amount ?? undefined
}

function money(cells: Cells, field: Field, digits: number): bigint | null | undefined {
  const text = cells.text(field)
  if (!text) return orNull(text) as null | undefined
  const amount = toMinor(text, digits)
  if (typeof amount === 'bigint') return amount
  cells.refuse(field, amount.problem)
  return null
}

function quantity(cells: Cells, warnings: string[]): number | undefined {
  const text = cells.text('quantity')
  if (!text) return undefined
  if (!/^-?\d+$/.test(text)) cells.refuse('quantity', 'is not a whole number')
  else if (Number(text) > largestInteger) cells.refuse('quantity', 'is too high')
  else if (Number(text) < 0) warnings.push(`the quantity ${text} is negative, 0 is taken`)
  return Math.max(0, Number(text))
}

function weight(cells: Cells): number | null | undefined {
  const field = cells.has('grams') ? 'grams' : 'weight'
  const text = cells.text(field)
  if (!text) return orNull(text) as null | undefined
  const unit = field === 'grams' ? 'g' : (cells.text('weightUnit') || 'kg').toLowerCase()
  const grams = Math.round(Number(text) * (gramsPer[unit] ?? 0))
  if (!/^\d+(\.\d+)?$/.test(text)) cells.refuse(field, 'is not a weight like 250')
  else if (gramsPer[unit] === undefined) cells.refuse('weightUnit', 'is none of g, kg, oz, lb')
  else if (grams > largestInteger) cells.refuse(field, 'is too high')
  return grams
}
