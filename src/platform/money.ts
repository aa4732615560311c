/** Currencies as ISO 4217 has them. Money is integer minor units (cents) and a currency. */

const currencies = new Set(Intl.supportedValuesOf('currency'))

/** Whether `code` is a currency's: three capital letters that exist. */
export const isCurrency = (code: string): boolean => currencies.has(code)

/** How many decimals `currency` has: 2 for USD, 0 for JPY, 3 for KWD; undefined if there is none such. */
export function currencyDigits(currency: string): number | undefined {
  if (!isCurrency(currency)) return undefined
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}
