/** Does it work at all? Every way into the catalog once a second or so, by three visitors, for ten seconds. */
import { check, sleep } from 'k6'
import type { Options } from 'k6/options'
import { batch, get, json, query } from './support/trpc.ts'

export const options: Options = {
  vus: 3,
  duration: '10s',
  thresholds: {
    checks: ['rate==1'],
    http_req_failed: ['rate==0'],
    http_req_duration: ['p(95)<500'],
  },
}

interface Answered<T> {
  result?: { data: T }
  error?: { data: { code: string } }
}
interface List {
  items: { slug: string }[]
}
interface Product {
  slug: string
  title: string
  version: number
}
interface Category {
  slug: string
}

export default function smoke(): void {
  check(get('/livez', '/livez'), { 'the process lives': ({ status }) => status === 200 })
  check(get('/readyz', '/readyz'), { 'it is ready': ({ status }) => status === 200 })

  const list = json<Answered<List>>(query('catalog.product.list', { limit: 20 }))?.result?.data.items ?? []
  const slug = list[Math.floor(Math.random() * list.length)]?.slug
  check(slug, { 'the list has products (is the database seeded?)': (slug) => slug !== undefined })
  if (slug !== undefined) {
    product(slug)
    productAndTree(slug)
  }
  tree()
  missing()
  sleep(0.5)
}

function product(slug: string): void {
  const overTrpc = json<Answered<Product>>(query('catalog.product.bySlug', { slug }))?.result?.data
  const overRest = json<Product>(get(`/api/products/${slug}`, '/api/products/{slug}'))
  check(overTrpc, { 'tRPC answers the product asked for': (product) => product?.slug === slug })
  check(overRest, { 'REST answers the same product': (product) => product?.slug === slug })
}

function tree(): void {
  const roots = json<Answered<Category[]>>(query('catalog.category.tree', undefined))?.result?.data
  check(roots, { 'the category tree has roots': (roots) => (roots?.length ?? 0) > 0 })
}

function missing(): void {
  const error = json<Answered<never>>(query('catalog.product.bySlug', { slug: 'no-such-product' }, 404))?.error
  check(error, { 'what does not exist is NOT_FOUND': (error) => error?.data.code === 'NOT_FOUND' })
}

function productAndTree(slug: string): void {
  const answer = batch([
    { procedure: 'catalog.product.bySlug', input: { slug } },
    { procedure: 'catalog.category.tree', input: undefined },
  ])
  const results = json<Answered<unknown>[]>(answer)
  check(answer, {
    // 207 is a batch of which a part failed: k6 alone would count it as a success.
    'a batch answers every call': ({ status }) =>
      status === 200 && results?.length === 2 && results.every(({ result }) => result !== undefined),
  })
}
