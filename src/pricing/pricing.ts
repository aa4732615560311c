/** Prices, put together: the only file of this folder that others import. */
import type { Cache } from '../cache/cache.ts'
import type { Clock } from '../cache/clock.ts'
import type { Database } from '../platform/db.ts'
import type { Outbox } from '../platform/outbox.ts'
import type { Procedures } from '../platform/trpc.ts'
import { createPriceCache, followPrices } from './caches.ts'
import { createChangePrices } from './change.ts'
import { refreshDueRanges } from './repository.due.ts'
import { setPrices as set } from './repository.set.ts'
import { pricingRest } from './rest.ts'
import { createPricingRouter } from './router.ts'
import { createPriceWindows } from './windows.ts'

export interface PricingDeps {
  db: Database
  cache: Cache
  outbox: Outbox
  /** Postgres'. */
  clock: Clock
  procedures: Procedures
}

export function createPricing({ db, cache, outbox, clock, procedures }: PricingDeps) {
  const prices = createPriceCache(cache, db, clock)
  followPrices(outbox, prices)
  const windows = createPriceWindows(createChangePrices(outbox, prices), db)
  return { router: createPricingRouter({ procedures, prices, windows }), rest: pricingRest }
}

/** For whoever writes prices in a transaction of their own, such as the import. */
export const setPrices = set

/** For the relay: prices that begin or end by themselves. */
export const priceChore = refreshDueRanges
