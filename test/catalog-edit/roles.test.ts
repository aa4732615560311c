import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientWith, failureOf } from '../support/staff.ts'
import { type Shops, startLampShops } from './lamps.ts'

let shops: Shops
const nobody = '01890a5d-ac96-774b-bcce-b302099a8057'

beforeAll(async () => {
  shops = await startLampShops()
})
afterAll(() => shops.stop())

/** Everything that changes the catalog, or shows what the public does not see. */
const calls = ({ catalog: { product, variant, category, facet } }: Shops['staff']) => ({
  'product.current': () => product.current.query({ id: nobody }),
  'product.create': () => product.create.mutate({ slug: 'x', title: 'X' }),
  'product.update': () => product.update.mutate({ id: nobody, expectedVersion: 1 }),
  'product.publish': () => product.publish.mutate({ id: nobody, expectedVersion: 1 }),
  'product.archive': () => product.archive.mutate({ id: nobody, expectedVersion: 1 }),
  'product.reorder': () => product.reorder.mutate({ id: nobody }),
  'product.bulkUpsert': () => product.bulkUpsert.mutate({ products: [{ slug: 'x', title: 'X' }] }),
  'variant.upsert': () => variant.upsert.mutate({ productId: nobody }),
  'variant.remove': () => variant.remove.mutate({ id: nobody }),
  'category.current': () => category.current.query({ id: nobody }),
  'category.create': () => category.create.mutate({ slug: 'x', title: 'X' }),
  'category.update': () => category.update.mutate({ id: nobody, expectedVersion: 1 }),
  'category.move': () => category.move.mutate({ id: nobody, expectedVersion: 1, parentId: null }),
  'category.reorder': () => category.reorder.mutate({ parentId: nobody, ids: [] }),
  'facet.upsert': () => facet.upsert.mutate({ code: 'x', title: 'X' }),
  'facet.remove': () => facet.remove.mutate({ code: 'colour' }),
})

describe('roles', () => {
  it('given nobody or a wrong token, when anything is to change, then UNAUTHORIZED and nothing has', async () => {
    const state = async () =>
      (
        await shops.here.sql.query(`SELECT (SELECT count(*) FROM product) + (SELECT count(*) FROM category)
          + (SELECT count(*) FROM facet) AS count`)
      ).rows
    const before = await state()
    for (const call of Object.values(calls(shops.here.trpc))) {
      expect(await failureOf(call())).toMatchObject({ code: 'UNAUTHORIZED', reason: 'TOKEN_REQUIRED' })
    }
    for (const call of Object.values(calls(clientWith(shops.here, 'wrong-token-0123456789')))) {
      expect(await failureOf(call())).toMatchObject({ code: 'UNAUTHORIZED', reason: 'TOKEN_INVALID' })
    }
    expect(await state()).toEqual(before)
  })

  it('given every procedure of the catalog, when looked for here, then none that changes it is missing', () => {
    const all = Object.entries(
      shops.here.app.router._def.procedures as unknown as Record<string, { _def: { type: string } }>,
    )
    const changing = all.filter(([name, { _def }]) => name.startsWith('catalog.') && _def.type === 'mutation')
    expect(Object.keys(calls(shops.staff)).map((name) => `catalog.${name}`)).toEqual(
      expect.arrayContaining(changing.map(([name]) => name)),
    )
    expect(changing.length).toBeGreaterThan(10)
  })
})
