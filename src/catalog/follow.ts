/** How the catalog's caches follow what changed in Postgres: the topics of the outbox, and what each is about. */
import { z } from 'zod'
import type { Cache } from '../cache/cache.ts'
import type { Change, Outbox } from '../platform/outbox.ts'
import type { CatalogCaches } from './caches.ts'
import { tagsOfChange } from './list-tags.ts'

type Source = Parameters<Outbox['follow']>[1]

const productDetail = z.object({ aspects: z.array(z.string()), paths: z.array(z.string()) })

export function followCatalog(outbox: Outbox, cache: Cache, caches: CatalogCaches): void {
  const { products, lists, facets, titles, tree } = caches
  const all = async (done: Promise<boolean>[]) => (await Promise.all(done)).every(Boolean)
  const voidTags = (tags: Iterable<string>, source: Source) =>
    Array.from(new Set(tags), (tag) => cache.invalidateTag(tag, source))
  const keysOf = (changes: Change[]) => [...new Set(changes.map(({ key }) => key))]

  outbox.on('product', (changes, source) => {
    const tags = changes.flatMap(({ detail }) => {
      const { aspects, paths } = productDetail.parse(detail)
      return tagsOfChange(aspects, paths)
    })
    return all([products.invalidate(keysOf(changes), source), ...voidTags(tags, source)])
  })
  // Products and lists show their categories' and facets' names; a category that moves takes its products along.
  outbox.on('category', (changes, source) => {
    const tags = keysOf(changes).map((id) => `category:${id}`)
    return all([tree.clear(source), lists.clear(source), facets.clear(source), ...voidTags(tags, source)])
  })
  outbox.on('facet', (changes, source) => {
    const tags = keysOf(changes).map((id) => `facet:${id}`)
    return all([lists.clear(source), facets.clear(source), ...voidTags(tags, source)])
  })
  outbox.on('all', (_changes, source) =>
    all([products, lists, facets, titles, tree].map((cache) => cache.clear(source))),
  )
}
