/** The seven pitfalls of caching, each as a pair: what falls into it, and what does not, under the same load. */
import type { Variant } from './variants.ts'

export interface Pitfall {
  title: string
  /** What is seen, and why. */
  story: string[]
  scenario: string
  variants: Variant[]
  products?: number
  seconds?: number
  rate?: number
  warmUpSeconds?: number
}

export const pitfalls: Readonly<Record<string, Pitfall>> = {}
