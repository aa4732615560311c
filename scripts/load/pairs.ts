/** Comparisons that have a name: the seven pitfalls of caching, and the sale that sells too much. */
import type { Variant } from './variants.ts'

export interface Pair {
  title: string
  /** What is compared, and what to look at. */
  story: string[]
  scenario: string
  variants: Variant[]
  products?: number
  seconds?: number
  rate?: number
  warmUpSeconds?: number
}

const full: Variant = { name: 'full', mode: 'full', disabled: [] }
const naive: Variant = { name: 'naive', mode: 'naive', disabled: [] }

const contrast = (name: string, file: string, way: string, mode: Variant['mode'] = 'full'): Variant => ({
  name,
  mode,
  disabled: [],
  contrast: { file, way },
})

export const pairs: Readonly<Record<string, Pair>> = {
  'pitfall-1': {
    title: 'Pitfall 1: one static TTL for everything',
    story: [
      'Everything is cached for 60 s (naive) against a time for each kind of data, each a little different from the next (full). What was filled together expires together: look at the most Postgres queries in a second, a minute after the start.',
    ],
    scenario: 'catalog-read',
    variants: [naive, full],
    products: 2_000,
    seconds: 66,
    rate: 60,
    warmUpSeconds: 4,
  },
  'pitfall-2': {
    title: 'Pitfall 2: the stampede',
    story: [
      'Everybody asks for the same costly thing, and Redis loses it. Without coalescing, whoever asks before the first load has ended loads it as well; and the loads make each other slower.',
    ],
    scenario: 'hot-facets',
    variants: [naive, full],
    products: 20_000,
    rate: 300,
  },
  'pitfall-3': {
    title: 'Pitfall 3: the missing invalidation',
    story: [
      'Customers change their profiles and read them again. Without invalidation the old one stays until its time is over.',
    ],
    scenario: 'invalidation',
    variants: [{ name: 'full without invalidation', mode: 'full', disabled: ['invalidation'] }, full],
    seconds: 20,
    warmUpSeconds: 3,
  },
  'pitfall-4': {
    title: 'Pitfall 4: caching what is cheap',
    story: [
      'One row by its primary key, from Postgres or by way of Redis. A miss costs two round trips more, a hit saves next to nothing, and the copies take memory and can be old.',
    ],
    scenario: 'cheap-reads',
    variants: [contrast('cached', 'cheap', 'cached', 'off'), contrast('straight', 'cheap', 'straight', 'off')],
    products: 20_000,
  },
  'pitfall-5': {
    title: 'Pitfall 5: the price of serialisation',
    story: [
      'The same answer from Redis, always a hit: cached with all that is known of a hundred products, or with what is answered. Whoever reads a large value decodes all of it.',
    ],
    scenario: 'big-lists',
    variants: [contrast('whole', 'values', 'whole'), contrast('needed', 'values', 'needed')],
    products: 20_000,
  },
  'pitfall-6': {
    title: 'Pitfall 6: unbounded growth',
    story: [
      'Ever new keys. A plain Map keeps them all; a cache with a bound in bytes does not. Look at what is kept in the processes, and at their memory over time.',
    ],
    scenario: 'endless-keys',
    variants: [contrast('map', 'growth', 'map'), contrast('bounded', 'growth', 'bounded')],
    products: 20_000,
  },
  'pitfall-7': {
    title: 'Pitfall 7: a cache that is the only place',
    story: ['A hundred guests have sessions, and Redis is emptied. “Lost” are those whom nobody knows any more.'],
    scenario: 'signed-in',
    variants: [contrast('sessions in Redis only', 'sessions', 'redis'), full],
  },
  'flash-sale-naive': {
    title: 'A flash sale by read, check, write',
    story: ['The same buyers, once served by read, check, write, and once by the application.'],
    scenario: 'flash-sale',
    variants: [contrast('read, check, write', 'flash-sale', 'naive'), full],
  },
}
