/** The catalog, put together: the only file of this folder that others import. */
import type { Cache } from '../cache/cache.ts'
import type { Clock } from '../cache/clock.ts'
import type { Database } from '../platform/db.ts'
import type { Outbox } from '../platform/outbox.ts'
import type { Procedures } from '../platform/trpc.ts'
import { createCatalogCaches } from './caches.ts'
import { followCatalog } from './follow.ts'
import { createCategoryRepository } from './repository.categories.ts'
import { createFacetRepository } from './repository.facets.ts'
import { createListRepository } from './repository.list.ts'
import { createSuggestRepository } from './repository.suggest.ts'
import { createProductRepository } from './repository.ts'
import { catalogRest } from './rest.ts'
import { createCatalogRouter } from './router.ts'
import { type CatalogWarming, warmCatalog } from './warming.ts'

export interface CatalogDeps {
  db: Database
  cache: Cache
  outbox: Outbox
  /** Postgres'. */
  clock: Clock
  procedures: Procedures
  /** Told of each product that was looked at. */
  onView(productId: string): void
}

export function createCatalog({ db, cache, outbox, clock, procedures, onView }: CatalogDeps) {
  const products = createProductRepository(db, clock)
  const categories = createCategoryRepository(db)
  const lists = createListRepository(db)
  const facets = createFacetRepository(db)
  const suggest = createSuggestRepository(db)
  const caches = createCatalogCaches(cache, { products, categories, lists, facets, suggest }, clock)
  followCatalog(outbox, cache, caches)
  return {
    router: createCatalogRouter({ procedures, caches, products, onView, outbox, pool: db.pool }),
    rest: catalogRest,
    /** In the order of `slugs`; null for one that is not on sale. From the cache. */
    productsBySlugs: (slugs: string[]) => caches.products.getMany(slugs),
    warm: (options: CatalogWarming) => warmCatalog(cache, caches, options),
    caches,
  }
}
