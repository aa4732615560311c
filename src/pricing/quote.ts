/** What a cart costs: a price a line, by the quantity of all lines with the same variant. */
import { type LineProblem, priceNotFound, totalTooHigh, variantsNotFound } from './errors.ts'
import type { ValidPrice, VariantPrices } from './repository.prices.ts'
import type { Quote, QuoteInput } from './schema.ts'

/**
 * `prices` are those of the lines' variants, in the order of the lines. Throws VARIANT_NOT_FOUND, PRICE_NOT_FOUND and
 * TOTAL_TOO_HIGH, which name the lines.
 */
export function quoteOf({ currency, lines }: QuoteInput, prices: readonly (VariantPrices | null)[]): Quote {
  const quantities = new Map<string, number>()
  for (const { variantId, quantity } of lines) {
    quantities.set(variantId, (quantities.get(variantId) ?? 0) + quantity)
  }
  const tiers = lines.map(({ variantId }, line) => {
    const quantity = quantities.get(variantId) ?? 0
    return prices[line]?.prices.findLast((price) => price.currency === currency && price.minQuantity <= quantity)
  })
  refuse(lines, (_, line) => !prices[line], 'there is no such variant', variantsNotFound)
  refuse(lines, (_, line) => !tiers[line], `there is no price in ${currency} for this quantity`, priceNotFound)

  const quoted = lines.map(({ variantId, quantity }, line) => {
    const { amountMinor, compareAtMinor, minQuantity } = tiers[line] as ValidPrice
    return {
      variantId,
      quantity,
      unitMinor: amountMinor,
      ...(compareAtMinor !== null && { compareAtMinor }),
      minQuantity,
      totalMinor: amountMinor * quantity,
    }
  })
  const totalMinor = quoted.reduce((sum, line) => sum + line.totalMinor, 0)
  // Rounding never brings what is beyond the safe integers back among them.
  refuse(quoted, (line) => !Number.isSafeInteger(line.totalMinor), 'is too high to be counted', totalTooHigh)
  if (!Number.isSafeInteger(totalMinor)) throw totalTooHigh()
  return { currency, lines: quoted, totalMinor }
}

/** Throws `error` if any of `lines` is wrong, with all that are. */
function refuse<Line>(
  lines: readonly Line[],
  isWrong: (line: Line, index: number) => boolean,
  message: string,
  error: (problems: LineProblem[]) => Error,
): void {
  const problems = lines.flatMap((line, index) => (isWrong(line, index) ? { line: index, message } : []))
  if (problems.length > 0) throw error(problems)
}
