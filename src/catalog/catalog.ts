/** The catalog, put together: the only file of this folder that others import. */
import type { Cache } from '../cache/cache.ts'
import type { Database } from '../platform/db.ts'
import type { Procedure } from '../platform/trpc.ts'
import { catalogChanged, createCatalogCaches } from './caches.ts'
import { createCategoryRepository } from './repository.categories.ts'
import { createListRepository } from './repository.list.ts'
import { createProductRepository } from './repository.ts'
import { catalogRoutes } from './rest.ts'
import { createCatalogRouter } from './router.ts'

export interface CatalogDeps {
  db: Database
  cache: Cache
  procedure: Procedure
}

export function createCatalog({ db, cache, procedure }: CatalogDeps) {
  const products = createProductRepository(db)
  const categories = createCategoryRepository(db)
  const lists = createListRepository(db)
  const caches = createCatalogCaches(cache, { products, categories, lists })
  return {
    router: createCatalogRouter({ procedure, caches, products }),
    routes: catalogRoutes,
    /** What a writer calls after its commit, with the slugs of the products it wrote. */
    changed: (slugs: string[]) => catalogChanged(caches, slugs),
  }
}
