/** Whatever comes in, at every procedure, by whomever: a typed 4xx or a valid answer, and nothing half-written. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { adminToken, startTestApp, staffToken, type TestApp } from './support/app.ts'
import { insertCategory, insertProduct } from './support/catalog.ts'
import { anything, hostile, nearly, proper } from './support/junk.ts'

const tokens = { anyone: undefined, staff: staffToken, admin: adminToken }
type Role = keyof typeof tokens
const roles = Object.keys(tokens) as Role[]

let shop: TestApp
beforeAll(async () => {
  shop = await startTestApp()
  await insertProduct(shop.sql, { slug: 'blue-mug', categoryId: await insertCategory(shop.sql, 'lamps') })
})
afterAll(() => shop.stop())

interface Answer {
  error?: { message: string; code: number; data: Record<string, unknown> }
  result?: unknown
}

/** What must never be seen outside. */
const internals =
  /prisma|postgres|invalid input syntax|violates|relation "|\bat .*[.]ts|node_modules|\/src\/|ECONN|Cannot read|is not a function/i

function judge(answer: Answer, sent: unknown): void {
  if (answer.result !== undefined) return
  const about = JSON.stringify(sent)?.slice(0, 300)
  expect(answer.error, about).toMatchObject({
    data: { code: expect.any(String), reason: expect.any(String), requestId: expect.any(String) },
  })
  expect(answer.error?.data.httpStatus, `${about}: ${answer.error?.message}`).toBeLessThan(500)
  expect(answer.error?.message.replaceAll(/"[^"]*"/g, ''), about).not.toMatch(internals)
}

const headersOf = (role: Role) => ({
  'content-type': 'application/json',
  ...(tokens[role] && { authorization: `Bearer ${tokens[role]}` }),
})

interface Procedure {
  path: string
  type: 'query' | 'mutation' | 'subscription'
  input: z.ZodType | undefined
}

/** All there are, those of later modules included. */
function procedures(): Procedure[] {
  const known = shop.app.router._def.procedures as unknown as Record<
    string,
    { _def: { type: Procedure['type']; inputs: z.ZodType[] } }
  >
  return Object.entries(known).map(([path, { _def }]) => ({ path, type: _def.type, input: _def.inputs[0] }))
}

const batchSize = 20

const longestUrl = 12_000

/** In batches that a server takes: 20 calls, and a URL of 12,000 characters for queries. */
function batches(inputs: unknown[], { type }: Procedure): unknown[][] {
  const all: unknown[][] = []
  let length = 0
  for (const input of inputs) {
    const own = type === 'mutation' ? 0 : encodeURIComponent(JSON.stringify(input).toWellFormed()).length + 50
    if (own > longestUrl) continue // nobody can send it
    const last = all.at(-1)
    if (last && last.length < batchSize && length + own <= longestUrl) {
      last.push(input)
      length += own
    } else {
      all.push([input])
      length = own
    }
  }
  return all
}

/** One batch, by POST to a mutation and by GET to a query. */
async function send({ path, type }: Procedure, role: Role, inputs: unknown[]): Promise<Answer[]> {
  const url = `${shop.base}/trpc/${inputs.map(() => path).join(',')}?batch=1`
  const body = JSON.stringify(Object.fromEntries(inputs.map((input, index) => [index, input])))
  const headers = headersOf(role)
  const response =
    type === 'mutation'
      ? await fetch(url, { method: 'POST', headers, body })
      : await fetch(`${url}&input=${encodeURIComponent(body.toWellFormed())}`, { headers })
  const answers = JSON.parse(await response.text())
  expect(Array.isArray(answers), JSON.stringify(answers).slice(0, 500)).toBe(true)
  expect(answers).toHaveLength(inputs.length)
  return answers
}

/** Rows by table, but for those that come and go by themselves. */
async function rowCounts(): Promise<unknown> {
  const { rows } = await shop.sql.query<{ query: string }>(
    `SELECT string_agg(format('SELECT %L AS name, count(*)::int AS rows FROM %I', tablename, tablename), ' UNION ALL ') AS query
     FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('outbox', 'product_view', 'audit_log')`,
  )
  return (await shop.sql.query(String(rows[0]?.query))).rows
}

/** Sends and judges; if all was refused, nothing may have been written. */
async function probe(procedure: Procedure, role: Role, all: unknown[]): Promise<void> {
  for (const inputs of batches(all, procedure)) {
    const before = procedure.type === 'mutation' ? await rowCounts() : undefined
    const answers = await send(procedure, role, inputs)
    for (const [index, answer] of answers.entries()) judge(answer, { [`${role} → ${procedure.path}`]: inputs[index] })
    if (before && answers.every(({ error }) => error)) expect(await rowCounts()).toEqual(before)
  }
}

describe('every procedure', () => {
  it('given values that have broken something somewhere, when sent as the whole input, then 4xx or a valid answer', async () => {
    for (const procedure of procedures()) {
      for (const role of roles) await probe(procedure, role, role === 'admin' ? hostile : hostile.slice(0, 5))
    }
  }, 60_000)

  it('given input that is nearly right, when sent, then 4xx or a valid answer, and nothing is written by what was refused', async () => {
    for (const procedure of procedures()) {
      const input = procedure.input ? nearly(procedure.input) : anything
      const batch = fc.array(input, { minLength: 1, maxLength: batchSize, size: 'max' })
      const role = fc.constantFrom<Role>('anyone', 'staff', 'admin', 'admin', 'admin')
      const check = (who: Role, inputs: unknown[]) => probe(procedure, who, inputs)
      await fc.assert(fc.asyncProperty(role, batch, check), { numRuns: 8, endOnFailure: true })
    }
  }, 60_000)

  it('given each of its fields in turn made hostile, when sent, then 4xx or a valid answer', async () => {
    for (const procedure of procedures()) {
      const { input } = procedure
      const fields = input && 'shape' in input ? Object.keys(input.shape as object) : []
      const [sample] = input ? fc.sample(proper(input), { numRuns: 1, seed: 1 }) : [{}]
      const small = hostile.filter((value) => JSON.stringify(value).length < 300)
      const inputs = fields.flatMap((field) => small.map((value) => ({ ...(sample as object), [field]: value })))
      await probe(procedure, 'admin', inputs)
    }
  }, 60_000)
})

describe('bodies and URLs', () => {
  const raw: [string, string | Uint8Array<ArrayBuffer>][] = [
    ['nothing', ''],
    ['no JSON', '{'],
    ['half a string', '"\\ud8'],
    ['no UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x22])],
    ['100,000 brackets', '['.repeat(100_000)],
    ['a number', '5'],
    ['a key of __proto__', '{"__proto__":{"0":{}}}'],
  ]
  it.each(raw)('given a body that is %s, when posted to each procedure, then a typed 4xx', async (_name, body) => {
    for (const { path, type } of procedures()) {
      const response = await fetch(`${shop.base}/trpc/${path}`, { method: 'POST', headers: headersOf('admin'), body })
      const answer = (await response.json()) as Answer
      if (type === 'mutation') judge(answer, body)
      else expect(response.status).toBe(405)
    }
  })

  it.each(['%', '{', '%00', '[]', 'null', '%22%ud800%22', '-0', '1e999'])(
    'given ?input=%s, when asked by GET, then a typed 4xx or a valid answer, and mutations are refused',
    async (input) => {
      for (const { path, type } of procedures()) {
        const response = await fetch(`${shop.base}/trpc/${path}?input=${input}`, { headers: headersOf('admin') })
        const answer = (await response.json()) as Answer
        judge(answer, input)
        if (type === 'mutation') expect(response.status).toBe(405)
      }
    },
  )

  it('given forms, octets and text, when a mutation is posted with them, then 415: a page elsewhere could send these', async () => {
    const before = await rowCounts()
    const form = new FormData()
    form.set('0', '{}')
    for (const { path } of procedures().filter(({ type }) => type === 'mutation')) {
      for (const [type, body] of [
        [undefined, form],
        ['application/octet-stream', new Uint8Array([1])],
        ['text/plain', '{}'],
        ['application/x-www-form-urlencoded', 'a=b'],
      ] as const) {
        const headers: Record<string, string> = {
          authorization: `Bearer ${tokens.admin}`,
          ...(type && { 'content-type': type }),
        }
        const response = await fetch(`${shop.base}/trpc/${path}`, { method: 'POST', headers, body })
        const answer = (await response.json()) as Answer
        expect([path, type, response.status, answer.error?.data.reason]).toEqual([
          path,
          type,
          415,
          'UNSUPPORTED_MEDIA_TYPE',
        ])
        judge(answer, type)
      }
    }
    expect(await rowCounts()).toEqual(before)
  })

  it('given a body above 1 MB, when posted, then 413', async () => {
    const body = JSON.stringify({ cache: 'product', keys: ['x'.repeat(1024 * 1024)] })
    const response = await fetch(`${shop.base}/trpc/cache.invalidate`, {
      method: 'POST',
      headers: headersOf('admin'),
      body,
    })
    expect(response.status).toBe(413)
    judge((await response.json()) as Answer, 'a long body')
  })

  it('given more than 20 calls in a batch, when posted, then none is run', async () => {
    const path = Array(21).fill('cache.invalidate').join(',')
    const body = JSON.stringify(
      Object.fromEntries(Array.from({ length: 21 }, (_, index) => [index, { cache: 'product' }])),
    )
    const before = shop.events.length
    const response = await fetch(`${shop.base}/trpc/${path}?batch=1`, {
      method: 'POST',
      headers: headersOf('admin'),
      body,
    })
    expect(response.status).toBe(400)
    judge((await response.json()) as Answer, 'a long batch')
    expect(shop.events.slice(before).filter(({ type }) => type === 'invalidated')).toEqual([])
  })
})

describe('REST', () => {
  const paths = [
    '/api/products',
    '/api/products/:',
    '/api/categories',
    '/api/categories/:',
    '/api/inventory/:',
    '/api/users/:',
    '/api/:',
  ]
  const names = [
    'category',
    'currency',
    'priceMin',
    'priceMax',
    'text',
    'sort',
    'limit',
    'cursor',
    'facets',
    'inStock',
    '__proto__',
    'x',
  ]

  it('given any path and query, when asked, then a typed 4xx or a valid answer', async () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('%00', '..', '1e308', '-1', 'null', '\0', 'x'.repeat(3_000)),
    )
    const query = fc.dictionary(fc.constantFrom(...names), part, { maxKeys: 3 })
    const method = fc.constantFrom('GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH')
    const check = async (path: string, segment: string, fields: Record<string, string>, verb: string, role: Role) => {
      const search = Object.entries(fields).map(
        ([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`,
      )
      const url = `${path.replace(':', encodeURIComponent(segment.toWellFormed()))}?${search.join('&')}`
      const response = await fetch(shop.base + url, {
        method: verb,
        headers: headersOf(role),
        ...(verb !== 'GET' && { body: segment }),
      })
      const text = await response.text()
      expect(response.status, `${verb} ${url}: ${text.slice(0, 300)}`).toBeLessThan(500)
      const body = JSON.parse(text)
      if (response.status < 400) return
      expect(body.error, url).toMatchObject({
        code: expect.any(String),
        reason: expect.any(String),
        requestId: expect.any(String),
      })
      expect(body.error.message.replaceAll(/"[^"]*"/g, ''), url).not.toMatch(internals)
    }
    const before = await rowCounts()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), part, query, method, fc.constantFrom(...roles), check),
      { numRuns: 300 },
    )
    expect(await rowCounts()).toEqual(before)
  }, 60_000)
})
