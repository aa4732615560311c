/** Who is measured, and what each is asked. */

export const contestants = [
  'Express, an object',
  'Express, Redis',
  'tRPC as it comes, Redis',
  'this project, near',
  'this project, Redis',
  'this project, near, traced',
  'this project, near, 1 % traced',
  'no-op and GET',
] as const

export type Contestant = (typeof contestants)[number]

/** The seed's first: bench/edge.ts puts them there. */
export const slugs = Array.from({ length: 10 }, (_, index) => (index === 0 ? 'blue-mug' : `bench-${index}`))

export interface Asked {
  path: string
  headers?: Record<string, string>
}

export interface Measured {
  name: string
  contestant: Contestant
  /** A request, by its number. `etag`: of the first answer. */
  ask(number: number, etag: string | undefined): Asked
  /** Products a request brings. */
  products: number
  status: number
}

const inputOf = (value: unknown) => encodeURIComponent(JSON.stringify(value))
const slugOf = (number: number) => slugs[number % slugs.length] ?? ''
const rest = (number: number): Asked => ({ path: `/product/${slugOf(number)}` })
const trpc = (number: number): Asked => ({
  path: `/trpc/catalog.product.bySlug?input=${inputOf({ slug: slugOf(number) })}`,
})
const batch: Asked = {
  path: `/trpc/${slugs.map(() => 'catalog.product.bySlug').join(',')}?batch=1&input=${inputOf(
    Object.fromEntries(slugs.map((slug, index) => [index, { slug }])),
  )}`,
}
const one = { products: 1, status: 200 }

export const rows = {
  object: { name: 'bare Express, `res.json` of the object', contestant: 'Express, an object', ask: rest, ...one },
  redis: { name: 'bare Express, GET, `JSON.parse`, `res.json`', contestant: 'Express, Redis', ask: rest, ...one },
  stock: { name: "tRPC's Express adapter, Redis hit", contestant: 'tRPC as it comes, Redis', ask: trpc, ...one },
  near: { name: 'this project, near hit', contestant: 'this project, near', ask: trpc, ...one },
  hit: { name: 'this project, Redis hit', contestant: 'this project, Redis', ask: trpc, ...one },
  traced: { name: 'near hit, every request traced', contestant: 'this project, near, traced', ask: trpc, ...one },
  sampled: { name: 'near hit, 1 % traced', contestant: 'this project, near, 1 % traced', ask: trpc, ...one },
  unchanged: {
    name: 'this project, near hit, 304',
    contestant: 'this project, near',
    ask: (_number, etag) => ({ ...trpc(0), headers: { 'if-none-match': etag ?? 'none' } }),
    products: 1,
    status: 304,
  },
  batch: {
    name: 'this project, near hits, a batch of 10',
    contestant: 'this project, near',
    ask: () => batch,
    products: 10,
    status: 200,
  },
} as const satisfies Record<string, Measured>

export type Row = keyof typeof rows

/** `times`: how much of `base` the row may cost; `count`: how many of `base` it stands for. */
export const targets: { row: Row; base: Row; most: number; count?: number }[] = [
  { row: 'near', base: 'object', most: 1.2 },
  { row: 'hit', base: 'redis', most: 1.1 },
  { row: 'hit', base: 'stock', most: 0.4 },
  { row: 'unchanged', base: 'object', most: 0.8 },
  { row: 'batch', base: 'near', most: 0.4, count: 10 },
]
