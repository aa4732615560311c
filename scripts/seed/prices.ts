/** Prices in whole minor units (cents), as shops write them: ending in 99, 95 or 00. */
import type { Random } from './random.ts'

export interface SeedPrice {
  currency: 'USD' | 'EUR'
  amountMinor: number
  compareAtMinor: number | null
}

/** What one US dollar is in each currency. */
const rates = { USD: 1, EUR: 0.92 } as const
const currencies = ['USD', 'EUR'] as const
const endings = [1, 1, 5, 5, 0]
/** How many times the usual price a vendor of each tier asks for. */
const tierFactors = [0.7, 0.85, 1, 1.15, 1.4, 1.9]

/** How a product is priced: gives the prices of a variant that is `factor` times the product's first. */
export function drawPricing(dollars: number, tier: number, random: Random): (factor: number) => SeedPrice[] {
  const first = dollars * (tierFactors[tier] ?? 1) * Math.exp(0.3 * random.normal())
  const ending = random.pick(endings)
  const before = random.chance(0.2) ? random.pick([1.15, 1.25, 1.4, 1.5]) : 0
  return (factor) =>
    currencies.map((currency) => {
      const amount = first * factor * rates[currency]
      return {
        currency,
        amountMinor: minor(amount, ending),
        // One whole unit more: a cheap thing too was dearer before.
        compareAtMinor: before > 0 ? minor(amount * before + 1, ending) : null,
      }
    })
}

function minor(amount: number, ending: number): number {
  return Math.max(1, Math.round(amount)) * 100 - ending
}
