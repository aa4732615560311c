/** The catalog's caches: what is kept, under which key, for how long. */

import type { Cache } from '../cache/cache.ts'
import type { Clock } from '../cache/clock.ts'
import type { Aside } from '../cache/options.ts'
import { negativeTtlMs } from '../cache/tiers.ts'
import { type CategoryTree, createTree } from './category-tree.ts'
import { type CountedFacets, loadFacets } from './facets.ts'
import type { Filters } from './filters.ts'
import { loadPage, type Page, type PageQuery } from './list.ts'
import { tagsOfSuggestions } from './list-tags.ts'
import type { SuggestRepository } from './repository.suggest.ts'
import type { CachedProduct, ProductRepository } from './repository.ts'
import type { ScopeDeps } from './scope.ts'
import { loadTitles } from './suggest.ts'

export interface Repositories extends ScopeDeps {
  products: ProductRepository
  suggest: SuggestRepository
}

export interface CatalogCaches {
  products: Aside<string, CachedProduct>
  /** Pages hold slugs, not products: a product that changes is changed in one place, and pages stay small. */
  lists: Aside<PageQuery, Page>
  facets: Aside<Filters, CountedFacets>
  /** Titles for a canonical text. */
  titles: Aside<string, string[]>
  tree: Aside<void, CategoryTree>
}

/** What lists and the counts of their facets depend on. (Their listings are made from these, by triggers.) */
const tablesOfProducts = ['product', 'category', 'variant', 'price', 'product_facet_value', 'facet', 'facet_value']
const listed = [...tablesOfProducts, 'stock_level']

/** `clock` is Postgres'. */
export function createCatalogCaches(
  cache: Cache,
  { products, suggest, ...scope }: Repositories,
  clock: Clock,
): CatalogCaches {
  return {
    products: cache.aside('product', {
      tier: 'catalog',
      near: true,
      decodeOnce: true,
      key: (slug) => slug,
      fromKey: (slug) => slug,
      load: (slug) => products.bySlug(slug),
      loadMany: (slugs) => products.bySlugs(slugs),
      tags: ({ category, facets }) => [
        ...(category ? [`category:${category.id}`] : []),
        ...facets.map((facet) => `facet:${facet.id}`),
      ],
      dependsOn: [...tablesOfProducts, 'media', 'product_option', 'product_option_value', 'variant_option_value'],
      maxTtlMs: ({ changesAt }) => (changesAt === null ? Number.POSITIVE_INFINITY : changesAt - clock.now()),
      schema: 1,
    }),
    lists: cache.aside('product-list', {
      tier: 'list',
      key: ({ list, limit, cursor }) => `${list}|${limit}|${cursor ?? ''}`,
      load: (query) => loadPage(query, scope),
      tags: ({ tags }) => tags,
      dependsOn: listed,
      schema: 1,
    }),
    facets: cache.aside('product-facets', {
      tier: 'list',
      decodeOnce: true,
      key: ({ key }) => key,
      load: (filters) => loadFacets(filters, scope),
      tags: ({ tags }) => tags,
      dependsOn: listed,
    }),
    titles: cache.aside('product-suggest', {
      tier: 'list',
      key: (text) => text,
      load: (text) => loadTitles(text, suggest),
      tags: () => tagsOfSuggestions,
      // An empty list and not null: "missing" has no tags, and a title that comes must void it.
      maxTtlMs: (found) => (found.length > 0 ? Number.POSITIVE_INFINITY : negativeTtlMs),
      dependsOn: ['product'],
    }),
    tree: cache.aside('category-tree', {
      tier: 'catalog',
      near: true,
      key: () => 'all',
      fromKey: () => undefined,
      load: async () => createTree(await scope.categories.all()),
      dependsOn: ['category'],
    }),
  }
}
