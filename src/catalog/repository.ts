/** Products and categories in Postgres. A product comes with all its parts in one query (a LATERAL join a relation). */

import type { Clock } from '../cache/clock.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import type { Database } from '../platform/db.ts'
import type { Product } from './schema.ts'

export interface ProductRepository {
  bySlug(slug: string): Promise<CachedProduct | null>
  byId(id: string): Promise<CachedProduct | null>
  /** In the order of `ids`; null where there is none. One query. */
  byIds(ids: string[]): Promise<(CachedProduct | null)[]>
  bySlugs(slugs: string[]): Promise<(CachedProduct | null)[]>
}

const byPosition = { orderBy: { position: 'asc' } } as const
const named = { select: { id: true, code: true, title: true } } as const

/** What a product is made of at `now`: prices that are over are left out, those to come tell when it changes. */
const partsAt = (now: number) =>
  ({
    id: true,
    slug: true,
    title: true,
    description: true,
    vendor: true,
    status: true,
    tags: true,
    version: true,
    createdAt: true,
    updatedAt: true,
    category: { select: { id: true, slug: true, title: true, path: true } },
    options: { ...byPosition, select: { name: true, values: { ...byPosition, select: { value: true } } } },
    media: { ...byPosition, select: { url: true, alt: true } },
    facetValues: { select: { facetValue: { select: { code: true, title: true, position: true, facet: named } } } },
    variants: {
      where: { deletedAt: null },
      ...byPosition,
      select: {
        id: true,
        sku: true,
        barcode: true,
        title: true,
        weightGrams: true,
        media: { select: { url: true } },
        prices: {
          where: { minQuantity: 1, OR: [{ validUntil: null }, { validUntil: { gt: new Date(now) } }] },
          select: { currency: true, amountMinor: true, compareAtMinor: true, validFrom: true, validUntil: true },
          orderBy: { currency: 'asc' },
        },
        optionValues: {
          select: { optionValue: { select: { value: true, option: { select: { name: true, position: true } } } } },
        },
      },
    },
  }) satisfies Prisma.ProductSelect

/** A product's row with its parts. */
export type ProductRow = Prisma.ProductGetPayload<{ select: ReturnType<typeof partsAt> }>

/** A product as it is cached. */
export interface CachedProduct extends Product {
  /** When one of its prices begins or ends, ms since the epoch by Postgres' clock; null: never. */
  changesAt: number | null
}

/** Finds active products only: drafts and archived ones are nobody's business but the staff's. */
export function createProductRepository({ prisma, measure }: Database, clock: Clock): ProductRepository {
  const find = (operation: string, where: Prisma.ProductWhereInput) =>
    measure(operation, async () => {
      const now = clock.now()
      const rows = await prisma.product.findMany({
        where: { ...where, status: 'active' },
        select: partsAt(now),
        relationLoadStrategy: 'join',
      })
      return rows.map((row) => toProduct(row, now))
    })
  const first = async (products: Promise<CachedProduct[]>) => (await products)[0] ?? null
  const inOrder = async (found: Promise<CachedProduct[]>, field: 'id' | 'slug', wanted: string[]) => {
    const products = new Map((await found).map((product) => [product[field], product]))
    return wanted.map((value) => products.get(value) ?? null)
  }
  return {
    bySlug: (slug) => first(find('product.bySlug', { slug })),
    byId: (id) => first(find('product.byId', { id })),
    byIds: (ids) => inOrder(find('product.byIds', { id: { in: ids } }), 'id', ids),
    bySlugs: (slugs) => inOrder(find('product.bySlugs', { slug: { in: slugs } }), 'slug', slugs),
  }
}

/** The product in a row, with the prices of `now`, ms since the epoch. */
export function toProduct(
  { facetValues, options, variants, createdAt, updatedAt, ...row }: ProductRow,
  now: number,
): CachedProduct {
  const prices = variants.flatMap((variant) => variant.prices)
  const bounds = prices.flatMap(({ validFrom, validUntil }) => [+validFrom, validUntil ? +validUntil : 0])
  const next = Math.min(...bounds.filter((bound) => bound > now))
  return {
    ...row,
    changesAt: Number.isFinite(next) ? next : null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    facets: groupFacets(facetValues),
    options: options.map(({ name, values }) => ({ name, values: values.map(({ value }) => value) })),
    variants: variants.map(({ media, prices, optionValues, ...variant }) => ({
      ...variant,
      imageUrl: media?.url ?? null,
      options: optionValues
        .map(({ optionValue }) => optionValue)
        .sort((a, b) => a.option.position - b.option.position)
        .map(({ value, option }) => ({ name: option.name, value })),
      prices: prices
        .filter(({ validFrom, validUntil }) => +validFrom <= now && (!validUntil || +validUntil > now))
        .map(({ currency, amountMinor, compareAtMinor }) => ({
          currency,
          amountMinor: Number(amountMinor),
          ...(compareAtMinor !== null && { compareAtMinor: Number(compareAtMinor) }),
        })),
    })),
  }
}

function groupFacets(values: ProductRow['facetValues']): Product['facets'] {
  const facets = new Map<string, Product['facets'][number]>()
  for (const { facetValue } of values.toSorted((a, b) => a.facetValue.position - b.facetValue.position)) {
    const { code, title, facet } = facetValue
    const group = facets.get(facet.code) ?? { ...facet, values: [] }
    group.values.push({ code, title })
    facets.set(facet.code, group)
  }
  return [...facets.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
}
