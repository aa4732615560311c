/** Whose a reservation is: the guest's or the user's who made it, or that of whoever knows its id. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertAccount, login, rightPassword } from './support/accounts.ts'
import { startTestApp, type TestApp } from './support/app.ts'
import { insertLocations, insertStock, levelsOf } from './support/reservations.ts'
import { clientWith, failureOf, staffToken } from './support/staff.ts'

let shop: TestApp
let variantId: string
beforeAll(async () => {
  shop = await startTestApp()
  variantId = await insertStock(shop.sql, await insertLocations(shop.sql, 1), { onHand: [100] })
})
afterAll(() => shop.stop())

type Client = ReturnType<typeof clientWith>
const guest = async () => {
  const { token } = await shop.trpc.session.guest.mutate({})
  return { token, client: clientWith(shop, token) }
}
const reserve = ({ inventory }: Pick<Client, 'inventory'>) =>
  inventory.reservation.create.mutate({
    lines: [{ variantId, quantity: 1 }],
    ttlSeconds: 60,
    idempotencyKey: randomUUID(),
  })

describe('a reservation', () => {
  it('given a guest’s, when anybody else asks for it by its id, then it is not found, and nothing of the stock changes', async () => {
    const { client } = await guest()
    const { id } = await reserve(client)
    const before = await levelsOf(shop.sql, variantId)
    const somebody = clientWith(shop, (await login(shop, (await insertAccount(shop)).email)).token)
    for (const { inventory } of [(await guest()).client, somebody, shop.trpc]) {
      const { byId, extend, commit, release } = inventory.reservation
      for (const ask of [
        () => byId.query({ id }),
        () => extend.mutate({ id, ttlSeconds: 120 }),
        () => commit.mutate({ id }),
        () => release.mutate({ id }),
      ]) {
        expect(await failureOf(ask())).toMatchObject({ code: 'NOT_FOUND', reason: 'RESERVATION_NOT_FOUND' })
      }
    }
    expect(await levelsOf(shop.sql, variantId)).toEqual(before)
    expect(await client.inventory.reservation.release.mutate({ id })).toMatchObject({ id, status: 'released' })
  })

  it('given a guest’s, when they log in, then it is still theirs, and no more that of the guest’s token', async () => {
    const { token, client } = await guest()
    const { id } = await reserve(client)
    const { email } = await insertAccount(shop)
    const opened = await clientWith(shop, token).session.login.mutate({ email, password: rightPassword })
    const mine = clientWith(shop, opened.token).inventory.reservation
    expect(await mine.byId.query({ id })).toMatchObject({ id, status: 'active' })
    expect(await failureOf(client.inventory.reservation.commit.mutate({ id }))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await mine.commit.mutate({ id })).toMatchObject({ status: 'committed' })
  })

  it('given a user’s, when they come from another device, then it is theirs there, too; and staff may end any', async () => {
    const { email } = await insertAccount(shop)
    const [here, there] = [await login(shop, email), await login(shop, email)]
    const [one, other] = [await reserve(clientWith(shop, here.token)), await reserve(clientWith(shop, here.token))]
    const { commit } = clientWith(shop, there.token).inventory.reservation
    expect(await commit.mutate({ id: one.id })).toMatchObject({ status: 'committed' })
    const { release } = clientWith(shop, staffToken).inventory.reservation
    expect(await release.mutate({ id: other.id })).toMatchObject({ status: 'released' })
  })

  it('given one made without a session, when somebody knows its id, then they may end it', async () => {
    const { id } = await reserve(shop.trpc)
    const { client } = await guest()
    expect(await client.inventory.reservation.commit.mutate({ id })).toMatchObject({ status: 'committed' })
  })

  it('given one that is short of plenty, when made beside others, then its owner is kept all the same', async () => {
    const scarce = await insertStock(shop.sql, await insertLocations(shop.sql, 1), { onHand: [1] })
    const { client } = await guest()
    const create = (idempotencyKey: string) =>
      client.inventory.reservation.create.mutate({
        lines: [{ variantId: scarce, quantity: 1 }],
        ttlSeconds: 60,
        idempotencyKey,
      })
    const { id } = await create(randomUUID())
    expect(await failureOf(shop.trpc.inventory.reservation.commit.mutate({ id }))).toMatchObject({ code: 'NOT_FOUND' })
    expect(await client.inventory.reservation.commit.mutate({ id })).toMatchObject({ status: 'committed' })
  })
})
