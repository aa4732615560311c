/** The cache of prices, one entry a variant, written through; and how it follows what changes in Postgres. */
import type { Cache } from '../cache/cache.ts'
import type { Clock } from '../cache/clock.ts'
import type { WriteThrough } from '../cache/write-through.ts'
import type { Database } from '../platform/db.ts'
import type { Outbox } from '../platform/outbox.ts'
import { readPrices, type VariantPrices } from './repository.prices.ts'

export type PriceCache = WriteThrough<string, VariantPrices>

/** `clock` is Postgres'. */
export function createPriceCache(cache: Cache, { pool, measure }: Database, clock: Clock): PriceCache {
  const loadMany = (ids: string[]) => measure('price.ofVariants', () => readPrices(pool, ids))
  return cache.writeThrough('price', {
    tier: 'consistent',
    key: (variantId: string) => variantId,
    fromKey: (variantId) => variantId,
    load: async (variantId) => (await loadMany([variantId]))[0] ?? null,
    loadMany,
    version: ({ revision }) => revision,
    dependsOn: ['price', 'variant', 'product'],
    maxTtlMs: ({ changesAt }) => (changesAt === null ? Number.POSITIVE_INFINITY : changesAt - clock.now()),
  })
}

export function followPrices(outbox: Outbox, prices: PriceCache): void {
  outbox.on('price', (changes, source) => prices.invalidate([...new Set(changes.map(({ key }) => key))], source))
  outbox.on('all', (_changes, source) => prices.clear(source))
}
