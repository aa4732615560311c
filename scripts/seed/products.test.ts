import { describe, expect, it } from 'vitest'
import { productId } from './ids.ts'
import { leaves, nodes } from './leaves.ts'
import { type SeedProduct, seedProduct } from './products.ts'
import { createdAt, mostProducts } from './time.ts'

const sample = Array.from({ length: 3_000 }, (_, index) => seedProduct(index))
const variants = sample.flatMap((product) => product.variants)
const share = (part: unknown[], whole: unknown[]) => part.length / whole.length

describe('seeded products', () => {
  it('given product 42, when it is made first, last or again, then it is the same, with the id it always had', () => {
    expect(seedProduct(42)).toEqual(sample[42])
    expect(sample[42]?.id).toBe('0194ff5e-1a1d-7000-9f2a-d35c814ae0b8')
  })

  it('given any two indexes, when ids and times are compared, then both sort by index', () => {
    for (const index of [0, 1, 999, 99_999, mostProducts - 2]) {
      expect(productId(index) < productId(index + 1)).toBe(true)
      expect(createdAt(index)).toBeLessThan(createdAt(index + 1))
    }
    const [opened, lastDay] = [Date.UTC(2024, 10, 1), Date.UTC(2026, 10, 1)]
    expect([createdAt(0), createdAt(mostProducts)]).toEqual([opened, lastDay])
  })

  it('given product 0, when looked at, then it is the Blue Mug of the docs, on sale in three sizes', () => {
    const mug = sample[0]
    expect(mug).toMatchObject({ slug: 'blue-mug', title: 'Blue Mug', status: 'active', leaf: { category: 'mugs' } })
    expect(mug?.variants.map(({ title, onHand }) => [title, onHand])).toEqual([
      ['250 ml', 100],
      ['350 ml', 100],
      ['500 ml', 100],
    ])
  })

  it('given the category tree, when its slugs are compared, then each of the about 150 occurs once', () => {
    expect(new Set(nodes.map(({ slug }) => slug)).size).toBe(nodes.length)
    expect(nodes.length).toBeGreaterThan(140)
    expect(nodes.length).toBeLessThan(160)
    expect(nodes.filter(({ depth }) => depth === 0)).toHaveLength(12)
  })

  it('given many products, when their slugs, SKUs and barcodes are compared, then none occurs twice', () => {
    for (const all of [
      sample.map(({ slug }) => slug),
      variants.map(({ sku }) => sku),
      variants.map(({ barcode }) => barcode),
    ]) {
      expect(new Set(all).size).toBe(all.length)
    }
  })

  it('given many products, when titles are read, then each ends in a noun of its category', () => {
    for (const { title, leaf } of sample) expect(leaf.nouns.some((noun) => title.endsWith(noun))).toBe(true)
  })

  it('given many descriptions, when read, then each has 2 to 4 sentences and no gap', () => {
    for (const { description } of sample) {
      const sentences = description.match(/[.](?= |$)/g)?.length ?? 0
      expect(description).not.toMatch(/[{}]|undefined| {2}/)
      expect(sentences, description).toBeGreaterThanOrEqual(2)
      expect(sentences, description).toBeLessThanOrEqual(4)
    }
  })

  it('given any product, when its variants are listed, then they are all combinations of its options', () => {
    for (const product of sample) {
      expect(product.variants.map(({ title }) => title)).toEqual(titlesOf(product))
      expect(product.variants.length).toBeLessThanOrEqual(8)
    }
  })

  it('given any barcode, when its digits are weighted 1, 3, 1, 3, then they add up to a multiple of ten', () => {
    for (const { barcode } of variants) {
      const sum = Array.from(barcode, Number).reduce((total, digit, at) => total + digit * (at % 2 === 0 ? 1 : 3), 0)
      expect(barcode).toMatch(/^\d{13}$/)
      expect(sum % 10).toBe(0)
    }
  })

  it('given any price, when read, then it ends in 99, 95 or 00, and a former price is higher', () => {
    for (const { prices } of variants) {
      expect(prices.map(({ currency }) => currency)).toEqual(['USD', 'EUR'])
      for (const { amountMinor, compareAtMinor } of prices) {
        expect([99, 95, 0]).toContain(amountMinor % 100)
        if (compareAtMinor !== null) expect(compareAtMinor).toBeGreaterThan(amountMinor)
      }
    }
  })

  it('given many products, when counted, then status, stock, sales and sizes of categories are as in a shop', () => {
    expect(
      share(
        sample.filter(({ status }) => status === 'active'),
        sample,
      ),
    ).toBeCloseTo(0.96, 1)
    expect(
      share(
        variants.filter(({ onHand }) => onHand === 0),
        variants,
      ),
    ).toBeCloseTo(0.08, 1)
    expect(
      share(
        variants.filter(({ prices }) => prices[0]?.compareAtMinor),
        variants,
      ),
    ).toBeCloseTo(0.2, 1)
    const sizes = leaves.map(({ category }) => sample.filter(({ leaf }) => leaf.category === category).length)
    const [largest = 0, ...others] = sizes.sort((a, b) => b - a)
    expect(largest).toBeGreaterThan(sample.length / 20)
    expect(others.at(-1)).toBeLessThan(largest / 20)
  })
})

function titlesOf({ optionRows: [first, second] }: SeedProduct): string[] {
  if (!first) return ['Default Title']
  return first.values.flatMap((one) =>
    second ? second.values.map((other) => `${one.value} / ${other.value}`) : [one.value],
  )
}
