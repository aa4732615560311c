/** Who may call what: one table, held against what every procedure answers to everybody, over HTTP. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertPerson } from '../scripts/people.ts'
import { adminToken, staffToken, startTestApp, type TestApp } from './support/app.ts'

/** The rung each procedure stands on. What is not here fails the test, and so does what is here and nowhere else. */
const table: Record<'open' | 'session' | 'staff' | 'admin', string[]> = {
  open: [
    'analytics.trending',
    'catalog.category.bySlug',
    'catalog.category.tree',
    'catalog.product.byId',
    'catalog.product.byIds',
    'catalog.product.bySlug',
    'catalog.product.facets',
    'catalog.product.list',
    'catalog.product.suggest',
    'inventory.availability',
    'inventory.availabilityOf',
    'inventory.locations',
    // Whoever knows a reservation's id may do as they like with it: 62 of its bits are random.
    'inventory.reservation.byId',
    'inventory.reservation.commit',
    'inventory.reservation.create',
    'inventory.reservation.extend',
    'inventory.reservation.release',
    'pricing.quote',
    'session.guest',
    'session.login',
    'session.register',
  ],
  // What is one's own: the procedure sees to that.
  session: [
    'profile.get',
    'profile.update',
    'session.changePassword',
    'session.list',
    'session.logout',
    'session.me',
    'session.revoke',
    'session.revokeOthers',
  ],
  staff: [
    'analytics.overview',
    'catalog.category.create',
    'catalog.category.current',
    'catalog.category.move',
    'catalog.category.reorder',
    'catalog.category.update',
    'catalog.facet.remove',
    'catalog.facet.upsert',
    'catalog.product.archive',
    'catalog.product.bulkUpsert',
    'catalog.product.create',
    'catalog.product.current',
    'catalog.product.publish',
    'catalog.product.reorder',
    'catalog.product.update',
    'catalog.variant.remove',
    'catalog.variant.upsert',
    'inventory.adjust',
    'inventory.configure',
    'inventory.location.upsert',
    'inventory.movements',
    'inventory.receive',
    'inventory.reconcile',
    'inventory.returnItems',
    'inventory.transfer',
    'pricing.cancel',
    'pricing.history',
    'pricing.schedule',
    'pricing.set',
  ],
  admin: [
    'cache.inspect',
    'cache.invalidate',
    'cache.report',
    'cache.warm',
    'user.disable',
    'user.enable',
    'user.list',
    'user.setRole',
  ],
}

const admitted = {
  open: ['nobody', 'wrong', 'guest', 'customer', 'staff', 'admin'],
  session: ['guest', 'customer', 'staff', 'admin'],
  staff: ['staff', 'admin'],
  admin: ['admin'],
}

let shop: TestApp
const tokens: Record<string, string | undefined> = {}
beforeAll(async () => {
  shop = await startTestApp()
  const customer = 'customer-token-for-tests-0123456789-0123456'
  await insertPerson(shop.sql, { email: 'customer@test.example', role: 'customer', token: customer })
  const guest = (await shop.trpc.session.guest.mutate()).token
  Object.assign(tokens, {
    nobody: undefined,
    wrong: 'x'.repeat(43),
    guest,
    customer,
    staff: staffToken,
    admin: adminToken,
  })
})
afterAll(() => shop.stop())

type Rung = keyof typeof table
const rungOf = (path: string) => (Object.keys(table) as Rung[]).filter((rung) => table[rung].includes(path))
const procedures = () =>
  Object.entries(shop.app.router._def.procedures as unknown as Record<string, { _def: { type: string } }>)

/** Why the door stayed shut; undefined: it did not. Whatever comes after the door, such as wrong input, counts as in. */
async function shut(path: string, type: string, token: string | undefined): Promise<string | undefined> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  // Input that no procedure takes: who is let in changes nothing by it.
  const input = { nothing: randomUUID() }
  const response =
    type === 'mutation'
      ? await fetch(`${shop.base}/trpc/${path}`, { method: 'POST', headers, body: JSON.stringify(input) })
      : await fetch(`${shop.base}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`, { headers })
  const { error } = (await response.json()) as { error?: { data: { reason: string } } }
  const reason = error?.data.reason ?? ''
  return ['TOKEN_REQUIRED', 'TOKEN_INVALID', 'ROLE_REQUIRED'].includes(reason) ? reason : undefined
}

describe('every procedure', () => {
  it('given all there are, when looked up, then each stands on one rung of the table, and the table has no other', () => {
    const names = procedures().map(([path]) => path)
    expect(names.filter((path) => rungOf(path).length !== 1)).toEqual([])
    expect(Object.values(table).flat().sort()).toEqual([...names].sort())
  })

  it.each(['nobody', 'wrong', 'guest', 'customer', 'staff', 'admin'])(
    'given %s, when they call each, then they get in where the table says, and nowhere else',
    async (who) => {
      const wrong: string[] = []
      // Ending the session one asks with would spoil the rest.
      for (const [path, { _def }] of procedures().filter(([path]) => path !== 'session.logout')) {
        const [rung = 'admin'] = rungOf(path)
        const expected = admitted[rung].includes(who)
          ? undefined
          : ({ nobody: 'TOKEN_REQUIRED', wrong: 'TOKEN_INVALID' }[who] ?? 'ROLE_REQUIRED')
        const found = await shut(path, _def.type, tokens[who])
        if (found !== expected) wrong.push(`${path}: ${found}, not ${expected}`)
      }
      expect(wrong).toEqual([])
    },
  )
})
