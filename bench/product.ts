/** What all contestants cache: a product of about 1 kB as JSON, made from a number, so that every process knows it. */

export interface Product {
  id: string
  slug: string
  title: string
  description: string
  version: number
  variants: { id: string; sku: string; title: string; prices: { currency: string; amountMinor: number }[] }[]
}

const words = 'blue stoneware mug with a matt glaze thrown by hand fired twice safe in the dishwasher'.split(' ')
const pool = Array.from({ length: 1_000 }, (_, number) => makeProduct(number))

/** A new product, its strings its own. */
export function makeProduct(number: number): Product {
  const id = `018f2c9e-7b1a-7c3d-9e55-${String(number).padStart(12, '0')}`
  const pick = (offset: number) => words[(number + offset) % words.length]
  const product = {
    id,
    slug: `${pick(0)}-${pick(1)}-${number}`,
    title: `${pick(0)} ${pick(1)} ${pick(2)} No. ${number}`,
    description: Array.from({ length: 90 }, (_, offset) => pick(offset * 5)).join(' '),
    version: number + 1,
    variants: ['small', 'medium', 'large'].map((title, index) => ({
      id: `${id}-${index}`,
      sku: `SKU-${number}-${index}`,
      title,
      prices: [{ currency: 'EUR', amountMinor: 1_000 + number + index }],
    })),
  }
  return JSON.parse(JSON.stringify(product)) // flat strings, as they come out of a database driver
}

/** The product behind a key: keys end in `-` and a number. One of 1,000, so that making it is no part of a load. */
export function productOf(key: string): Product {
  const product = pool[numberOf(key) % pool.length]
  if (!product) throw new Error(`"${key}" does not end in a number.`)
  return product
}

/** The number a key ends in. */
export function numberOf(key: string): number {
  return Number(key.slice(key.lastIndexOf('-') + 1))
}
