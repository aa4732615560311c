import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insertProduct } from '../support/catalog.ts'
import { eventually } from '../support/eventually.ts'
import { clientWith, failureOf, outboxIsEmpty, staffToken } from '../support/staff.ts'
import { type Shops, startLampShops } from './lamps.ts'

let shops: Shops
let staff: Shops['staff']
let n = 0
let name: (letter: string) => string

beforeAll(async () => {
  shops = await startLampShops()
  staff = shops.staff
})
afterAll(() => shops.stop())
beforeEach(() => {
  const test = ++n
  name = (letter) => `${letter}${test}`
})

const create = (letter: string, parentId: string | null = null) =>
  staff.catalog.category.create.mutate({ slug: name(letter), title: letter.toUpperCase(), parentId })
const bySlug = (letter: string) => (shop: Shops['here']) =>
  shop.trpc.catalog.category.bySlug.query({ slug: name(letter) })
const tree = (shop: Shops['here']) => shop.trpc.catalog.category.tree.query()
const listed = (letter: string) => shops.slugs({ category: name(letter) })

/** Every path is its parent's and its own slug, and every category is below a root. */
async function treeIsWhole() {
  const { rows } = await shops.here.sql.query(`
    WITH RECURSIVE reached AS (
      SELECT id, '/' || slug || '/' AS path FROM category WHERE parent_id IS NULL
      UNION ALL SELECT c.id, r.path || c.slug || '/' FROM category c JOIN reached r ON r.id = c.parent_id)
    SELECT c.slug FROM category c LEFT JOIN reached r ON r.id = c.id WHERE c.path IS DISTINCT FROM r.path`)
  expect(rows).toEqual([])
}

describe('create and update', () => {
  it('G4: given a tree that both processes have cached, when a category is created or renamed, then both have it', async () => {
    await shops.both(tree)
    const a = await create('a')
    const b = await create('b', a.id)
    const c = await create('c', b.id)
    expect(c).toMatchObject({
      parentId: b.id,
      path: `/${name('a')}/${name('b')}/${name('c')}/`,
      position: 0,
      version: 1,
    })
    expect((await tree(shops.here)).at(-1)).toMatchObject({ slug: name('a'), children: [{ slug: name('b') }] })
    await insertProduct(shops.here.sql, { slug: name('p'), categoryId: c.id })
    await eventually(async () => expect(await shops.both(listed('b'))).toEqual([[name('p')], [name('p')]]))
    await shops.both(shops.bySlug(name('p')))

    const renamed = await staff.catalog.category.update.mutate({
      id: b.id,
      expectedVersion: 1,
      slug: name('x'),
      title: 'X',
    })
    expect(renamed).toMatchObject({ slug: name('x'), title: 'X', path: `/${name('a')}/${name('x')}/`, version: 2 })
    const path = `/${name('a')}/${name('x')}/${name('c')}/`
    await shops.bothAnswer(bySlug('c'), expect.objectContaining({ path }))
    await shops.bothAnswer(
      shops.bySlug(name('p')),
      expect.objectContaining({ category: expect.objectContaining({ path }) }),
    )
    await shops.bothAnswer(listed('x'), [name('p')])
    expect(await failureOf(listed('b')(shops.here))).toMatchObject({ reason: 'CATEGORY_NOT_FOUND' })
    await treeIsWhole()
    await outboxIsEmpty(shops.here)
  })

  it('given an older version, a taken slug, or nobody, when updated, then it is refused and nothing changes', async () => {
    const a = await create('a')
    const b = await create('b')
    const { update, move } = staff.catalog.category
    const once = await update.mutate({ id: a.id, expectedVersion: 1, title: 'New' })
    const conflict = { code: 'CONFLICT', reason: 'VERSION_CONFLICT', currentVersion: 2 }
    expect(await failureOf(update.mutate({ id: a.id, expectedVersion: 1, title: 'Old' }))).toMatchObject(conflict)
    expect(await failureOf(update.mutate({ id: a.id, expectedVersion: 1, slug: name('y') }))).toMatchObject(conflict)
    expect(await failureOf(move.mutate({ id: a.id, expectedVersion: 1, parentId: b.id }))).toMatchObject(conflict)
    const taken = await failureOf(update.mutate({ id: a.id, expectedVersion: 2, slug: name('b') }))
    expect(taken).toMatchObject({ code: 'CONFLICT', reason: 'SLUG_TAKEN', field: 'slug' })
    const nobody = '01890a5d-ac96-774b-bcce-b302099a8057'
    expect(await failureOf(update.mutate({ id: nobody, expectedVersion: 1 }))).toMatchObject({ code: 'NOT_FOUND' })
    const orphan = await failureOf(create('z', nobody))
    expect(orphan).toMatchObject({ code: 'BAD_REQUEST', reason: 'CATEGORY_UNKNOWN', field: 'parentId' })
    expect(await staff.catalog.category.current.query({ id: a.id })).toEqual(once)
  })

  it('given ten levels, or long slugs, when it would go deeper, then it is refused by create, update and move', async () => {
    let parent = await create('a')
    const top = parent
    for (const letter of 'bcdefghij') parent = await create(letter, parent.id)
    expect(await failureOf(create('k', parent.id))).toMatchObject({ code: 'CONFLICT', reason: 'CATEGORY_TOO_DEEP' })
    const other = await create('o')
    const move = staff.catalog.category.move.mutate({ id: top.id, expectedVersion: 1, parentId: other.id })
    expect(await failureOf(move)).toMatchObject({ code: 'CONFLICT', reason: 'CATEGORY_TOO_DEEP' })
    const wide = (length: number, sign: string) => `${name(sign)}${sign.repeat(length)}`
    const { create: make } = staff.catalog.category
    const first = await make.mutate({ slug: wide(250, '木'), title: 'Wide' })
    const second = await make.mutate({ slug: wide(250, '火'), title: 'Wide', parentId: first.id })
    const third = await failureOf(make.mutate({ slug: wide(250, '土'), title: 'Wide', parentId: second.id }))
    expect(third).toMatchObject({ code: 'CONFLICT', reason: 'CATEGORY_PATH_TOO_LONG' })
  })
})

describe('move and reorder', () => {
  const move = (category: { id: string; version: number }, parentId: string | null, client = staff) =>
    client.catalog.category.move.mutate({ id: category.id, expectedVersion: category.version, parentId })

  it('G4: given a subtree with products, when moved, then its paths, its products and the lists of both places follow', async () => {
    const [a, z] = [await create('a'), await create('z')]
    const b = await create('b', a.id)
    const c = await create('c', b.id)
    await insertProduct(shops.here.sql, { slug: name('p'), categoryId: c.id })
    await eventually(async () => expect(await shops.both(listed('a'))).toEqual([[name('p')], [name('p')]]))
    expect(await shops.both(listed('z'))).toEqual([[], []])
    await shops.both(shops.bySlug(name('p')))
    const path = `/${name('z')}/${name('b')}/`
    expect(await move(b, z.id)).toMatchObject({ parentId: z.id, path, version: 2 })
    await shops.bothAnswer(listed('a'), [])
    await shops.bothAnswer(listed('z'), [name('p')])
    await shops.bothAnswer(
      shops.bySlug(name('p')),
      expect.objectContaining({ category: expect.objectContaining({ path: `${path}${name('c')}/` }) }),
    )
    await shops.bothAnswer(bySlug('b'), expect.objectContaining({ ancestors: [expect.objectContaining({ id: z.id })] }))
    await treeIsWhole()
    await outboxIsEmpty(shops.here)
    expect(await move({ ...b, version: 2 }, null)).toMatchObject({ parentId: null, path: `/${name('b')}/` })
    await treeIsWhole()
  })

  it('given a category, when moved below itself or its own child, then CATEGORY_CYCLE', async () => {
    const a = await create('a')
    const b = await create('b', a.id)
    const c = await create('c', b.id)
    for (const parentId of [a.id, b.id, c.id]) {
      expect(await failureOf(move(a, parentId))).toMatchObject({ code: 'CONFLICT', reason: 'CATEGORY_CYCLE' })
    }
  })

  it('given two moves that make a cycle together, held until both wait, when let go, then the later one is refused', async () => {
    const [a, b] = [await create('a'), await create('b')]
    const holder = await shops.here.sql.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT FROM category WHERE id = ANY ($1::uuid[]) FOR UPDATE', [[a.id, b.id]])
    const elsewhere = clientWith(shops.there, staffToken)
    const moves = Promise.allSettled([move(a, b.id), move(b, a.id, elsewhere)])
    await eventually(async () => {
      const { rows } = await shops.here.sql.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
      expect(rows).toHaveLength(2)
    })
    await holder.query('COMMIT')
    holder.release()
    const outcomes = await moves
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const loser = outcomes.find((outcome) => outcome.status === 'rejected')
    expect(await failureOf(Promise.reject(loser?.reason))).toMatchObject({ reason: 'CATEGORY_CYCLE' })
    await treeIsWhole()
  })

  it('given many moves, renames and new categories at once in two processes, when done, then the tree is whole', async () => {
    const all = [await create('a'), await create('b'), await create('c'), await create('d'), await create('e')]
    const elsewhere = clientWith(shops.there, staffToken)
    const reasons = new Set<string>()
    for (let round = 0; round < 12; round++) {
      const now = await Promise.all(all.map(({ id }) => staff.catalog.category.current.query({ id })))
      const outcomes = await Promise.allSettled(
        now.flatMap((category, index) => {
          const client = index % 2 ? staff : elsewhere
          const parent = now[(index + 1 + (round % 4)) % now.length]?.id ?? null
          return [
            move(category, parent, client),
            client.catalog.category.create.mutate({
              slug: `${name('n')}-${round}-${index}`,
              title: 'New',
              parentId: category.id,
            }),
            client.catalog.category.update.mutate({
              id: now[(index + 2) % now.length]?.id ?? '',
              expectedVersion: now[(index + 2) % now.length]?.version ?? 1,
              slug: `${category.slug.slice(0, 8)}-${round}`,
            }),
          ]
        }),
      )
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') reasons.add((await failureOf(Promise.reject(outcome.reason))).reason)
      }
      await treeIsWhole()
    }
    const expected = ['CATEGORY_CYCLE', 'CATEGORY_TOO_DEEP', 'SLUG_TAKEN', 'VERSION_CONFLICT']
    expect(expected).toEqual(expect.arrayContaining([...reasons]))
    expect(reasons).toContain('CATEGORY_CYCLE')
    await outboxIsEmpty(shops.here)
  })

  it('G4: given siblings, when reordered, then the trees of both processes have the order; given not all, ORDER_OUTDATED', async () => {
    const a = await create('a')
    const ids: string[] = []
    for (const letter of 'bcd') ids.push((await create(letter, a.id)).id)
    const children = async (shop: Shops['here']) => (await bySlug('a')(shop)).children.map(({ id }) => id)
    expect(await shops.both(children)).toEqual([ids, ids])
    const reorder = (order: string[], parentId: string | null = a.id) =>
      staff.catalog.category.reorder.mutate({ parentId, ids: order })
    const reversed = ids.toReversed()
    expect((await reorder(reversed)).map(({ id }) => id)).toEqual(reversed)
    await shops.bothAnswer(children, reversed)
    for (const order of [ids.slice(1), [...ids, a.id], [ids[0] ?? '', ids[0] ?? '', ids[1] ?? '']]) {
      expect(await failureOf(reorder(order))).toMatchObject({
        code: 'CONFLICT',
        reason: 'ORDER_OUTDATED',
        field: 'ids',
      })
    }
    const roots = (await tree(shops.here)).map(({ id }) => id)
    await reorder(roots.toReversed(), null)
    await shops.bothAnswer(async (shop) => (await tree(shop)).map(({ id }) => id), roots.toReversed())
  })
})

describe('bad input', () => {
  it.each([
    [{ slug: 'a/b', title: 'A' }, 'slug'],
    [{ slug: 'a', title: ' ' }, 'title'],
    [{ slug: 'a', title: 'a\0' }, 'title'],
    [{ slug: 'a', title: 'A', parentId: 'home' }, 'parentId'],
    [{ slug: 'a', title: 'A', path: '/a/' }, ''],
  ])('given %j, when created, then INVALID_INPUT names %s', async (input, field) => {
    const refused = await failureOf(staff.catalog.category.create.mutate(input))
    expect(refused).toMatchObject({ code: 'BAD_REQUEST', reason: 'INVALID_INPUT' })
    expect(refused.issues.map((issue: { path: string }) => issue.path)).toContain(field)
  })
})
