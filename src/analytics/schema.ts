/** What the analytics procedures answer. */
import { z } from 'zod'

/** When the figures were counted: they are not invalidated, they are soon counted anew. */
const asOf = z.iso.datetime()

const trendingItem = z.object({
  id: z.string(),
  slug: z.string(),
  title: z.string(),
  imageUrl: z.string().nullable(),
  views: z.int(),
  reservations: z.int(),
})

/** By views and reservations of the last hour, a reservation counting for ten views. */
export const trending = z.object({ asOf, items: z.array(trendingItem) }).meta({ id: 'Trending' })

export const overview = z.object({
  asOf,
  products: z.object({ draft: z.int(), active: z.int(), archived: z.int() }),
  /** Active products none of whose variants can be bought. */
  outOfStock: z.int(),
  categories: z.int(),
  viewsLastHour: z.int(),
  /** Of active products: from the lowest to the highest price, minor units. */
  prices: z.array(z.object({ currency: z.string(), products: z.int(), minMinor: z.int(), maxMinor: z.int() })),
})

export type Overview = z.infer<typeof overview>
