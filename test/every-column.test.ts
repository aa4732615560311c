/**
 * Whatever column of whatever cached table changes, by plain SQL, every cached read soon shows what an uncached one
 * shows. And what a cache says of itself (`dependsOn`) is held against what its reads really depend on.
 */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestApp, type TestApp } from './support/app.ts'
import { changes, derived, fixture, type TableChanges, uncached, userId, userToken } from './support/columns.ts'
import { freshDatabase, type TestDatabase } from './support/database.ts'
import { clientWith, staffToken } from './support/staff.ts'

let database: TestDatabase
let shop: TestApp
/** The same database, without caches: it tells the truth. */
let truth: TestApp
let atRest: Answers
let variantIds: string[] = []

beforeAll(async () => {
  database = await freshDatabase()
  const env = {
    DATABASE_URL: database.url,
    CACHE_SEAL_KEY: randomBytes(32).toString('hex'),
  }
  shop = await startTestApp(env)
  truth = await startTestApp({ ...env, CACHE_MODE: 'off' })
  await shop.sql.query(fixture)
  const { rows } = await shop.sql.query('SELECT id FROM variant')
  variantIds = rows.map(({ id }) => id)
  for (const { app } of [shop, truth]) await app.sessions.seen.stop() // it would change rows between a change and its undoing
  atRest = await readAll(truth)
  expect(await disagreement(atRest)).toEqual([])
})
afterAll(async () => {
  await truth.stop()
  await shop.stop()
  await database.drop()
})

type Answers = Record<string, Record<string, unknown>>
type Reads = (app: TestApp) => Record<string, Promise<unknown>>

const slugs = ({ items }: { items: { slug: string }[] }) => items.map(({ slug }) => slug)

/** The reads of each cache. A cache that is declared and not here fails the test. */
const reads: Record<string, Reads> = {
  product: ({ trpc: { catalog } }) =>
    Object.fromEntries(
      ['blue-mug', 'azure-mug', 'red-mug', 'bare-mug'].map((slug) => [slug, catalog.product.bySlug.query({ slug })]),
    ),
  'product-list': ({ trpc: { catalog } }) => {
    const inputs: Parameters<typeof catalog.product.list.query>[0][] = [
      {},
      { sort: 'title' },
      { sort: 'price' },
      { sort: 'price-desc', currency: 'EUR' },
      { sort: 'price', currency: 'GBP' },
      { priceMin: 500, priceMax: 950 },
      { text: 'mug' },
      { text: 'submarine' },
      { text: 'the blu mug' },
      { category: 'lamps' },
      { category: 'garden', sort: 'price' },
      { facets: { colour: ['blue'] } },
      { inStock: true },
    ]
    const list = (input: (typeof inputs)[number]) => catalog.product.list.query(input).then(slugs)
    return Object.fromEntries(inputs.map((input) => [JSON.stringify(input), list(input)]))
  },
  'product-facets': ({ trpc: { catalog } }) => {
    const inputs = [{}, { category: 'lamps' }, { text: 'mug' }, { priceMin: 500 }, { inStock: true }]
    return Object.fromEntries(inputs.map((input) => [JSON.stringify(input), catalog.product.facets.query(input)]))
  },
  'product-suggest': ({ trpc: { catalog } }) =>
    Object.fromEntries(
      ['mug', 'the bl', 'zaffre', 'submar'].map((text) => [text, catalog.product.suggest.query({ text })]),
    ),
  price: ({ trpc: { pricing } }) =>
    Object.fromEntries(
      variantIds.flatMap((variantId) =>
        ['USD', 'EUR', 'GBP'].map((currency) => [
          `${currency} of ${variantIds.indexOf(variantId)}`,
          pricing.quote.query({ currency, lines: [{ variantId, quantity: 5 }] }),
        ]),
      ),
    ),
  stock: ({ trpc: { inventory } }) =>
    Object.fromEntries(
      variantIds.map((variantId, index) => [
        `of ${index}`,
        inventory.availability.query({ variantIds: [variantId] }).then(([one]) => one ?? null),
      ]),
    ),
  profile: (app) => ({ ada: clientWith(app, staffToken).profile.get.query({ userId }) }),
  session: (app) => ({ me: clientWith(app, userToken).session.me.query() }),
  credential: ({ trpc: { session } }) =>
    Object.fromEntries(
      ['correct horse', 'wrong horse'].map((password) => [
        password,
        session.login.mutate({ email: 'ada@example.com', password }).then(({ user }) => user?.id ?? null),
      ]),
    ),
  'category-tree': ({ trpc: { catalog } }) => ({
    tree: catalog.category.tree.query(),
    lamps: catalog.category.bySlug.query({ slug: 'lamps' }),
  }),
}

/** What `app` answers, by cache. An error is an answer, too. */
async function readAll(app: TestApp): Promise<Answers> {
  const answers = Object.entries(reads).map(async ([cache, read]) => {
    const each = Object.entries(read(app)).map(async ([name, answer]) => [
      name,
      await answer.catch((error) => ({ reason: error.data?.reason ?? String(error) })),
    ])
    return [cache, Object.fromEntries(await Promise.all(each))]
  })
  return Object.fromEntries(await Promise.all(answers))
}

/** Waits until what is cached is what it should be, well before anything expires by itself; gives what is not. */
async function disagreement(expected: Answers): Promise<string[]> {
  let differ: string[] = []
  const check = async () => {
    differ = differences(expected, await readAll(shop))
    expect(differ).toEqual([])
  }
  await vi.waitFor(check, { timeout: 3_000, interval: 20 }).catch(() => {})
  return differ
}

const typesOf = (sql: string, values: unknown[] = []) => shop.sql.query<{ name: string; table: string }>(sql, values)
const columnsOf = async (table: string) => {
  const { rows } = await typesOf(
    `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`,
    [table],
  )
  return rows.map(({ name }) => name)
}

/** Changes one column of one row; gives the function that changes it back. */
async function change(table: string, column: string, { where, columns }: TableChanges) {
  const [value, ...along] = [columns[column]].flat()
  const { rows } = await shop.sql.query(`SELECT ctid, to_jsonb(t) AS was FROM ${table} t WHERE ${where}`)
  expect(rows, `${table}: which row?`).toHaveLength(1)
  const [{ ctid, was }] = rows
  const changed = await shop.sql.query(
    `UPDATE ${table} SET ${[`${column} = ${value}`, ...along].join(', ')} WHERE ctid = $1 RETURNING ctid`,
    [ctid],
  )
  const all = await columnsOf(table)
  return async () => {
    const undone = await shop.sql.query(
      `UPDATE ${table} t SET ${all.map((name) => `${name} = was.${name}`).join(', ')}
       FROM jsonb_populate_record(NULL::${table}, $1) was WHERE t.ctid = $2`,
      [was, changed.rows[0].ctid],
    )
    expect(undone.rowCount, `${table}.${column} was changed by somebody else, too`).toBe(1)
  }
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

/** `cache/read` of each read that differs. */
function differences(one: Answers, other: Answers): string[] {
  return Object.entries(one).flatMap(([cache, answers]) =>
    Object.keys(answers)
      .filter((name) => !same(answers[name], other[cache]?.[name]))
      .map((name) => `${cache}/${name}`),
  )
}

describe('what is declared', () => {
  it('given all caches, when asked, then each says which tables it depends on, and has its reads in this test', () => {
    for (const { cache, dependsOn } of shop.app.cache.declarations()) {
      expect(dependsOn, `cache "${cache}" does not declare dependsOn`).toBeDefined()
      if (dependsOn?.length) expect(reads, `cache "${cache}" has no reads in this test`).toHaveProperty(cache)
    }
  })

  it('given all tables, when listed, then each is either changed here, column by column, or cached by nobody', async () => {
    const { rows } = await typesOf(
      `SELECT table_name AS "table" FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    )
    const tables = rows.map(({ table }) => table).sort()
    expect([...Object.keys(changes), ...derived, ...uncached].sort()).toEqual(tables)
    const declared = shop.app.cache.declarations().flatMap(({ dependsOn }) => dependsOn ?? [])
    expect(Object.keys(changes)).toEqual(expect.arrayContaining(declared))
    for (const table of tables.filter((name) => changes[name])) {
      const known = Object.keys(changes[table]?.columns ?? {})
      expect(known.sort(), `columns of ${table}`).toEqual((await columnsOf(table)).sort())
    }
  })
})

describe('[G5] given everything cached', () => {
  it.each(Object.entries(changes))(
    'when any column of %s changes by SQL, then every cached read soon shows it',
    async (table, what) => {
      const declared = shop.app.cache.declarations().filter(({ dependsOn }) => dependsOn?.includes(table))
      const names = declared.map(({ cache }) => cache)
      const problems: string[] = []
      for (const column of Object.keys(what.columns)) {
        const undo = await change(table, column, what)
        const expected = await readAll(truth)
        const seenBy = new Set(differences(atRest, expected).map((read) => String(read.split('/')[0])))
        for (const cache of seenBy) {
          if (!names.includes(cache)) problems.push(`${cache} depends on ${table}.${column}, and does not say so`)
        }
        if (seenBy.size === 0 && !what.unseen?.includes(column)) problems.push(`no read shows ${table}.${column}`)
        const stale = await disagreement(expected)
        await undo()
        expect(differences(atRest, await readAll(truth)), `${table}.${column} is not as it was`).toEqual([])
        stale.push(...(await disagreement(atRest)))
        if (stale.length > 0) problems.push(`${table}.${column} changed, and these were stale: ${stale}`)
      }
      expect(problems).toEqual([])
    },
    60_000,
  )
})
