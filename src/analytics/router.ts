/** The analytics procedures: what is looked at is for anyone, the overview for staff. */
import { type Procedures, router } from '../platform/trpc.ts'
import type { AnalyticsCaches } from './caches.ts'
import { overview, trending } from './schema.ts'

/** What is shown of a product. */
export interface ShownProduct {
  id: string
  slug: string
  title: string
  media: { url: string }[]
}

export interface AnalyticsRouterDeps {
  procedures: Procedures
  caches: AnalyticsCaches
  /** In the order of `slugs`; null for one that is not on sale. */
  productsBySlugs(slugs: string[]): Promise<(ShownProduct | null)[]>
}

export function createAnalyticsRouter({ procedures: { shared, staff }, caches, productsBySlugs }: AnalyticsRouterDeps) {
  return router({
    trending: shared.output(trending).query(async ({ ctx }) => {
      const { asOf, items } = present(await caches.trending.get(undefined, ctx.readOutcome))
      const products = await productsBySlugs(items.map(({ slug }) => slug))
      return {
        asOf,
        items: items.flatMap(({ views, reservations }, index) => {
          const product = products[index]
          if (!product) return [] // no longer on sale
          const { id, slug, title, media } = product
          return [{ id, slug, title, imageUrl: media[0]?.url ?? null, views, reservations }]
        }),
      }
    }),

    overview: staff.output(overview).query(async () => present(await caches.overview.get())),
  })
}

/** A figure is always there: its load never answers null. */
function present<Value>(value: Value | null): Value {
  if (value === null) throw new Error('A figure was not counted.')
  return value
}
