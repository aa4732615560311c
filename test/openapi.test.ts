/** The OpenAPI document: valid, complete, and true: each operation answers as it says, well and badly asked. */
import { randomUUID } from 'node:crypto'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedProduct } from '../scripts/seed/products.ts'
import { firstUserId } from '../scripts/seed/users.ts'
import { insertAccount, login, rightPassword } from './support/accounts.ts'
import { staffToken, startTestApp, type TestApp } from './support/app.ts'
import { insertCategory, insertProduct } from './support/catalog.ts'
import { createJudge, type Document, documented, ifNoneMatch, type Judge, routesServed } from './support/openapi.ts'
import { insertPriced } from './support/pricing.ts'
import { insertLocations, insertStock, letTimePass } from './support/reservations.ts'

const nobody = randomUUID()

let shop: TestApp
let document: Document
let judge: Judge
let variantId: string
let pricedId: string
let userId: string
beforeAll(async () => {
  shop = await startTestApp()
  await insertProduct(shop.sql, { slug: 'blue-mug', categoryId: await insertCategory(shop.sql, 'mugs') })
  variantId = await insertStock(shop.sql, await insertLocations(shop.sql, 2), { onHand: [500, 500] })
  pricedId = (await insertPriced(shop, 'priced')).variantId
  const { rows } = await shop.sql.query(
    `INSERT INTO app_user (email, name) VALUES ('ada@example.com', 'Ada') RETURNING id`,
  )
  userId = rows[0].id
  document = (await shop.get<Document>('/openapi.json')).body
  judge = createJudge(document)
})
afterAll(() => shop.stop())

interface Asked {
  /** What is in braces, and a query behind it. */
  path?: Record<string, string>
  query?: string
  body?: unknown
  headers?: Record<string, string>
}

async function ask(operation: string, { path = {}, query = '', body, headers = {} }: Asked) {
  const [method = '', template = ''] = operation.split(' ')
  const url = shop.base + template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => path[name] ?? '') + query
  const json = method === 'POST' ? { 'content-type': 'application/json' } : {}
  const sent = method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body ?? {}) } : {}
  const response = await fetch(url, { method, headers: { ...json, ...headers }, ...sent })
  const text = await response.text()
  judge(operation, response, text)
  const reason: unknown = response.status >= 400 ? JSON.parse(text).error.reason : undefined
  return { status: response.status, reason, text, headers: response.headers }
}

const wanted = (more: object = {}) => ({
  lines: [{ variantId, quantity: 1 }],
  ttlSeconds: 60,
  idempotencyKey: randomUUID(),
  ...more,
})

async function reserved(): Promise<{ id: string }> {
  const { text } = await ask('POST /api/reservations', { body: wanted() })
  return { id: JSON.parse(text).id }
}

async function expired(): Promise<{ id: string }> {
  const made = await reserved()
  await letTimePass(shop.sql, made.id)
  return made
}

async function committed(): Promise<{ id: string }> {
  const path = await reserved()
  await ask('POST /api/reservations/{id}/commit', { path })
  return path
}

const bearing = (token: string) => ({ authorization: `Bearer ${token}` })
const asStaff = bearing(staffToken)

/** Of somebody who has just logged in. */
async function loggedIn() {
  const { email } = await insertAccount(shop)
  return { headers: bearing((await login(shop, email)).token) }
}

type Bad = [status: number, reason: string, asked: Asked | (() => Asked | Promise<Asked>)]
interface Case {
  good: () => Asked | Promise<Asked>
  bad: Bad[]
}

const badId: Bad[] = [
  [400, 'INVALID_INPUT', { path: { id: 'x' } }],
  [404, 'RESERVATION_NOT_FOUND', { path: { id: nobody } }],
]
const over = (body?: unknown): Bad[] => [
  [409, 'RESERVATION_COMMITTED', async () => ({ path: await committed(), body })],
  [409, 'RESERVATION_EXPIRED', async () => ({ path: await expired(), body })],
]

/** Each operation, asked well and badly: an operation without a case here fails the test below. */
const cases: Record<string, Case> = {
  'GET /api/products': {
    good: () => ({ query: '?category=mugs&inStock=false&facet.colour=red,blue&priceMin=0&limit=3&sort=price' }),
    bad: [
      [400, 'INVALID_INPUT', { query: '?limit=many' }],
      [400, 'INVALID_INPUT', { query: '?limit=101&colour=red' }],
      [400, 'CURSOR_INVALID', { query: '?cursor=x' }],
      [404, 'CATEGORY_NOT_FOUND', { query: '?category=nothing' }],
    ],
  },
  'GET /api/products/{slug}': {
    good: () => ({ path: { slug: 'blue-mug' } }),
    bad: [
      [404, 'PRODUCT_NOT_FOUND', { path: { slug: 'nothing' } }],
      [400, 'INVALID_INPUT', { path: { slug: '%00' } }],
      [400, 'BAD_REQUEST', { path: { slug: '%ff' } }],
      [400, 'INVALID_INPUT', { path: { slug: 'blue-mug' }, query: '?slug=another' }],
    ],
  },
  'GET /api/facets': {
    good: () => ({ query: '?category=mugs' }),
    bad: [
      [400, 'INVALID_INPUT', { query: '?sort=price' }],
      [404, 'CATEGORY_NOT_FOUND', { query: '?category=nothing' }],
    ],
  },
  'GET /api/suggest': { good: () => ({ query: '?text=mu&limit=3' }), bad: [[400, 'INVALID_INPUT', {}]] },
  'GET /api/categories': { good: () => ({}), bad: [[400, 'INVALID_INPUT', { query: '?depth=2' }]] },
  'GET /api/categories/{slug}': {
    good: () => ({ path: { slug: 'mugs' } }),
    bad: [[404, 'CATEGORY_NOT_FOUND', { path: { slug: 'nothing' } }]],
  },
  'POST /api/quotes': {
    good: () => ({ body: { currency: 'USD', lines: [{ variantId: pricedId, quantity: 3 }] } }),
    bad: [
      [400, 'INVALID_INPUT', { body: {} }],
      [400, 'INVALID_INPUT', { body: [1] }],
      [404, 'VARIANT_NOT_FOUND', { body: { currency: 'USD', lines: [{ variantId: nobody, quantity: 3 }] } }],
      [404, 'PRICE_NOT_FOUND', () => ({ body: { currency: 'JPY', lines: [{ variantId: pricedId, quantity: 3 }] } })],
    ],
  },
  'GET /api/inventory/{variantId}': {
    good: () => ({ path: { variantId } }),
    bad: [
      [400, 'INVALID_INPUT', { path: { variantId: 'x' } }],
      [404, 'VARIANT_NOT_FOUND', { path: { variantId: nobody } }],
    ],
  },
  'POST /api/reservations': {
    good: () => ({ body: wanted() }),
    bad: [
      [400, 'INVALID_INPUT', { body: { lines: [] } }],
      [400, 'BAD_REQUEST', { body: '{' }],
      [404, 'VARIANT_NOT_FOUND', () => ({ body: wanted({ lines: [{ variantId: nobody, quantity: 1 }] }) })],
      [
        404,
        'LOCATION_NOT_FOUND',
        () => ({ body: wanted({ lines: [{ variantId, locationId: nobody, quantity: 1 }] }) }),
      ],
      [409, 'OUT_OF_STOCK', () => ({ body: wanted({ lines: [{ variantId, quantity: 1_000_000 }] }) })],
      [413, 'PAYLOAD_TOO_LARGE', { body: ['x'.repeat(70_000)] }],
      [415, 'UNSUPPORTED_MEDIA_TYPE', { headers: { 'content-type': 'text/plain' } }],
    ],
  },
  'GET /api/reservations/{id}': { good: async () => ({ path: await reserved() }), bad: badId },
  'DELETE /api/reservations/{id}': { good: async () => ({ path: await reserved() }), bad: [...badId, ...over()] },
  'POST /api/reservations/{id}/extend': {
    good: async () => ({ path: await reserved(), body: { ttlSeconds: 120 } }),
    bad: [
      [400, 'INVALID_INPUT', { path: { id: nobody } }],
      [404, 'RESERVATION_NOT_FOUND', { path: { id: nobody }, body: { ttlSeconds: 60 } }],
      ...over({ ttlSeconds: 60 }),
    ],
  },
  'POST /api/reservations/{id}/commit': {
    good: async () => ({ path: await reserved() }),
    bad: [...badId, ...over(), [400, 'INVALID_INPUT', { path: { id: nobody }, body: { id: nobody } }]],
  },
  'POST /api/reservations/{id}/release': {
    good: async () => ({ path: await reserved() }),
    bad: [...badId, ...over()],
  },
  'GET /api/users/{userId}': {
    good: () => ({ path: { userId }, headers: asStaff }),
    bad: [
      [401, 'TOKEN_REQUIRED', () => ({ path: { userId } })],
      [404, 'USER_NOT_FOUND', { path: { userId: nobody }, headers: asStaff }],
      [400, 'INVALID_INPUT', { path: { userId: 'x' }, headers: asStaff }],
    ],
  },
  'POST /api/sessions': {
    good: async () => ({ body: { email: (await insertAccount(shop)).email, password: rightPassword } }),
    bad: [
      [400, 'INVALID_INPUT', { body: { email: 'ada' } }],
      [401, 'CREDENTIALS_INVALID', { body: { email: 'nobody@example.com', password: rightPassword } }],
      [415, 'UNSUPPORTED_MEDIA_TYPE', { headers: { 'content-type': 'text/plain' } }],
    ],
  },
  'GET /api/sessions/current': { good: loggedIn, bad: [[401, 'TOKEN_REQUIRED', {}]] },
  'DELETE /api/sessions/current': { good: loggedIn, bad: [[401, 'TOKEN_REQUIRED', {}]] },
  'GET /api/trending': { good: () => ({}), bad: [[400, 'INVALID_INPUT', { query: '?hours=2' }]] },
}

const asked = (what: Bad[2]) => (typeof what === 'function' ? what() : what)

describe('the document', () => {
  it('given the routes that Express serves below /api, when compared, then the document has each and no other', () => {
    const served = routesServed(shop).sort()
    expect(served.length).toBeGreaterThan(10)
    expect(documented(document).sort()).toEqual(served)
    expect(Object.keys(cases).sort()).toEqual(served)
  })

  it('given a linter of OpenAPI, when it reads the document, then it finds nothing, and does find what is made wrong', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] })
    const lint = async (what: object) => {
      const problems = await lintFromString({ source: JSON.stringify(what), absoluteRef: 'openapi.json', config })
      return problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)
    }
    expect(document.openapi).toMatch(/^3\.1\./)
    expect(await lint(document)).toEqual([])
    const text = JSON.stringify(document)
    expect(
      await lint(JSON.parse(text.replace('#/components/schemas/Product"', '#/components/schemas/Nothing"'))),
    ).not.toEqual([])
    expect(await lint(JSON.parse(text.replace('"quantity":2', '"quantity":"two"')))).not.toEqual([])
  })

  it('given its examples, when held against the seed, then they are of what is there', () => {
    const known = { slug: seedProduct(0).slug, variantId: seedProduct(0).variants[0]?.id, userId: firstUserId }
    const examples = shop.app.operations.flatMap(({ route: { example = {} } }) => [
      ...Object.entries(example),
      ...((example.lines ?? []) as object[]).flatMap((line) => Object.entries(line)),
    ])
    for (const [name, value] of Object.entries(known)) {
      const shown = examples.filter(([field, shown]) => field === name && shown !== 'lighting')
      expect(new Set(shown.map(([, shown]) => shown))).toEqual(new Set([value]))
    }
  })

  it('given an ETag, when the document and the page are asked for again, then 304', async () => {
    for (const path of ['/openapi.json', '/docs', '/docs/start.js', '/docs/swagger-ui-bundle.js']) {
      const first = await fetch(shop.base + path)
      const again = await fetch(shop.base + path, { headers: ifNoneMatch(first) })
      expect([path, first.status, again.status]).toEqual([path, 200, 304])
    }
  })

  it('given the page, when what it loads is followed, then all of it is here, and nothing is inline', async () => {
    const response = await fetch(`${shop.base}/docs`)
    const html = await response.text()
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'self';/)
    expect(html).not.toMatch(/<script>|<style|style=|https?:/)
    const loads = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path)
    expect(loads.length).toBeGreaterThan(3)
    for (const path of loads) expect((await fetch(shop.base + path)).status, path).toBe(200)
    expect((await fetch(`${shop.base}/docs/package.json`)).status).toBe(404)
  })
})

describe('each operation', () => {
  it.each(Object.entries(cases))(
    'given %s, when asked well, then it succeeds as documented',
    async (operation, { good }) => {
      const input = await good()
      const { status, headers } = await ask(operation, input)
      expect(status).toBe(['POST /api/reservations', 'POST /api/sessions'].includes(operation) ? 201 : 200)
      const [method = '', path = ''] = operation.split(' ')
      if (!document.paths[path]?.[method.toLowerCase()]?.responses[304]) return
      const again = await ask(operation, { ...input, headers: { ...input.headers, ...ifNoneMatch({ headers }) } })
      expect(again.status).toBe(304)
    },
  )

  const bad = Object.entries(cases).flatMap(([operation, { bad }]) =>
    bad.map(([status, reason, what]) => [operation, status, reason, what] as const),
  )
  it.each(bad)('given %s, when asked badly, then %i %s as documented', async (operation, status, reason, what) => {
    expect(await ask(operation, await asked(what))).toMatchObject({ status, reason })
  })

  it.each(Object.keys(cases))(
    'given a token that is nobody’s, when %s is asked, then 401 if it needs one, as documented',
    async (operation) => {
      const { good } = cases[operation] as Case
      const [method = '', path = ''] = operation.split(' ')
      const needs = document.paths[path]?.[method.toLowerCase()]?.security.some((way) => 'bearer' in way)
      const { status, reason } = await ask(operation, { ...(await good()), headers: bearing('nobodys-token') })
      if (needs) expect([status, reason]).toEqual([401, 'TOKEN_INVALID'])
      else expect(status).toBeLessThan(300)
    },
  )
})
