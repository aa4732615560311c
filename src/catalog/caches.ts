/** The catalog's caches: what is kept, under which key, for how long. */

import type { Cache } from '../cache/cache.ts'
import type { Aside } from '../cache/options.ts'
import { type CategoryTree, createTree } from './category-tree.ts'
import { loadPage, type Page, type PageQuery } from './list.ts'
import type { CategoryRepository } from './repository.categories.ts'
import type { ListRepository } from './repository.list.ts'
import type { ProductRepository } from './repository.ts'
import type { Product } from './schema.ts'

export interface Repositories {
  products: ProductRepository
  categories: CategoryRepository
  lists: ListRepository
}

export interface CatalogCaches {
  products: Aside<string, Product>
  /** Pages hold slugs, not products: a product that changes is changed in one place, and pages stay small. */
  lists: Aside<PageQuery, Page>
  tree: Aside<void, CategoryTree>
}

export function createCatalogCaches(cache: Cache, { products, categories, lists }: Repositories): CatalogCaches {
  return {
    products: cache.aside('product', {
      tier: 'catalog',
      near: true,
      key: (slug) => slug,
      load: (slug) => products.bySlug(slug),
      loadMany: (slugs) => products.bySlugs(slugs),
    }),
    lists: cache.aside('product-list', {
      tier: 'list',
      key: ({ list, limit, cursor }) => `${list}|${limit}|${cursor ?? ''}`,
      load: (query) => loadPage(query, { categories, lists }),
    }),
    tree: cache.aside('category-tree', {
      tier: 'catalog',
      near: true,
      key: () => 'all',
      load: async () => createTree(await categories.all()),
    }),
  }
}

/** What every writer of the catalog calls after its commit. */
export async function catalogChanged(caches: CatalogCaches, slugs: string[]): Promise<void> {
  await Promise.all([caches.products.invalidate(slugs), caches.lists.clear(), caches.tree.clear()])
}
