/** What makes every panel move: readers and writers, cold keys, stale keys, a locked table, a Redis that is away. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay, setImmediate as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { createKeys } from '../../src/cache/redis/keys.ts'
import { insertCategory, insertProduct } from '../support/catalog.ts'
import { eventually } from '../support/eventually.ts'
import { insertLocations, insertStock } from '../support/reservations.ts'
import type { Stage } from './stage.ts'

const quietly = (promise: Promise<unknown>) => promise.catch(() => {}) // errors are part of it: they are counted

export async function prepareTraffic({ here, prefix, redis }: Stage) {
  const categoryId = await insertCategory(here.sql, 'lamps')
  const slugs = Array.from({ length: 12 }, (_, index) => `lamp-${index}`)
  for (const slug of slugs) await insertProduct(here.sql, { slug, categoryId })
  const variantId = await insertStock(here.sql, await insertLocations(here.sql, 1), { onHand: [20] })
  const keys = createKeys(prefix)
  return { slugs, variantId, valueKey: (slug: string) => keys.ofCache('product', 1).value(slug), redis }
}

export type Ground = Awaited<ReturnType<typeof prepareTraffic>>

/** Visitors and staff, until told to stop. Gives the function that does, and waits for the last of them. */
export function startTraffic({ here, there, staff }: Stage, { slugs, variantId }: Ground): () => Promise<void> {
  let running = true
  let turn = 0
  const pick = () => slugs[turn++ % slugs.length] ?? ''
  const loop = async (work: () => Promise<unknown>) => {
    while (running) {
      await quietly(work())
      await pause()
    }
  }
  const visitor = (shop: Stage['here']) => async () => {
    const { product, category } = shop.trpc.catalog
    const slug = pick()
    await product.bySlug.query({ slug })
    await product.bySlug.query({ slug })
    await product.list.query({ limit: 5 })
    await category.tree.query()
    await shop.trpc.pricing.quote.query({ currency: 'USD', lines: [{ variantId, quantity: 1 }] })
    await shop.trpc.inventory.availability.query({ variantIds: [variantId] })
    await quietly(product.bySlug.query({ slug: 'no-such-lamp' }))
    await quietly(product.list.query({ limit: -1 }))
    await shop.get(`/api/products/${slug}`)
  }
  const buyer = async () => {
    const { reservation } = here.trpc.inventory
    const lines = [{ variantId, quantity: 1 }]
    const made = await reservation.create.mutate({ lines, ttlSeconds: 60, idempotencyKey: randomUUID() })
    await reservation.release.mutate({ id: made.id })
    await quietly(here.trpc.session.login.mutate({ email: 'nobody@test.example', password: 'a wrong password' }))
    await staff.pricing.set.mutate({ variantId, currency: 'USD', amountMinor: 1_000 + (turn % 500) })
  }
  /** Changes that nobody tells the application of, and cold keys that both instances want at once. */
  const stranger = async () => {
    const slug = pick()
    await here.sql.query('UPDATE product SET title = title || $2 WHERE slug = $1 AND length(title) < 200', [slug, '.'])
    await Promise.all(
      [here, there, here, there].map((shop) => quietly(shop.trpc.catalog.product.bySlug.query({ slug }))),
    )
  }
  const loops = [loop(visitor(here)), loop(visitor(there)), loop(buyer), loop(stranger)]
  return async () => {
    running = false
    await Promise.all(loops)
  }
}

/** Rewrites an entry in Redis as if so much of its time were left; false if there is none. */
export async function setLeft(
  { redis, valueKey }: Ground,
  slug: string,
  leftMs: number,
  deltaMs = 1,
): Promise<boolean> {
  const payload = await redis.getBuffer(valueKey(slug))
  if (!payload) return false
  payload.writeDoubleLE(Date.now() + leftMs, 2) // where they are: envelope.ts
  payload.writeFloatLE(deltaMs, 10)
  await redis.set(valueKey(slug), payload, 'PX', 60_000)
  return true
}

/** Again and again: entries that are about to expire, and one that can't be read. */
export async function ageEntriesUntil(ground: Ground, until: () => Promise<void>): Promise<void> {
  const { redis, valueKey } = ground
  const [broken = '', ...slugs] = ground.slugs
  let aging = true
  const age = async () => {
    while (aging) {
      for (const slug of slugs) await setLeft(ground, slug, 5_000, 600_000)
      await redis.set(valueKey(broken), 'not an entry')
      await delay(200) // else nobody finds anything else
    }
  }
  const aged = age()
  await until().finally(() => {
    aging = false
  })
  await aged
}

/**
 * Products that change once, and then somebody puts what they were back into Redis: what the consistency checker is
 * there to find. One after the other, since it samples; until `until` resolves.
 */
export async function plantOldValues({ here, staff }: Stage, ground: Ground, until: () => Promise<void>) {
  const { redis, valueKey } = ground
  const plant = async (slug: string) => {
    const id = await insertProduct(here.sql, { slug })
    const { version } = await here.trpc.catalog.product.bySlug.query({ slug })
    const old = await redis.getBuffer(valueKey(slug))
    if (!old) return // the relay, which follows the insert, took it away
    await staff.catalog.product.update.mutate({ id, expectedVersion: version, title: 'Changed' })
    await redis.set(valueKey(slug), old, 'PX', 120_000)
  }
  let planting = true
  const plantAll = async () => {
    for (let index = 0; planting; index++) {
      await plant(`planted-${index}`)
      await delay(50)
    }
  }
  const planted = plantAll()
  await Promise.race([planted, until()]).finally(() => {
    planting = false
  })
  await planted
}

/** More than fits. */
export async function fillUp({ redis }: Ground): Promise<void> {
  const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
  await redis.config('SET', 'maxmemory', String(used + 300_000))
  for (let index = 0; index < 300; index++) await redis.set(`junk:${index}`, 'x'.repeat(5_000), 'PX', 600_000) // only what has a TTL is evicted
  await redis.config('SET', 'maxmemory', '1500mb')
}

/**
 * Locks the products away until `until` resolves: loads fail, what is stale is served, connections run out, and a
 * crowd that comes meanwhile is turned away. In the end an entry is invalidated while it is being loaded: its fill is refused.
 */
export async function lockProducts(stage: Stage, ground: Ground, until: () => Promise<void>): Promise<void> {
  const { here, there, admin } = stage
  const { slugs } = ground
  const [stale, gone, fenced] = [slugs.slice(0, 3), slugs.slice(3, 8), slugs[9] ?? '']
  const read = (shop: Stage['here'], slug: string) => quietly(shop.trpc.catalog.product.bySlug.query({ slug }))
  await Promise.all(stale.map((slug) => read(here, slug)))
  await admin.cache.invalidate.mutate({ cache: 'product', keys: gone })
  const client = await here.sql.connect()
  let locked = true
  const insist = async (shop: Stage['here'], slug: string) => {
    while (locked) await read(shop, slug)
  }
  try {
    await client.query('BEGIN; LOCK TABLE product IN ACCESS EXCLUSIVE MODE')
    for (const slug of stale) await setLeft(ground, slug, -1_000)
    const own = (name: string) => Array.from({ length: 10 }, (_, index) => `${name}-${index}`) // nobody shares these loads
    const readers = [
      ...[...stale, ...gone, ...own('here')].map((slug) => insist(here, slug)),
      ...[...stale, ...gone, ...own('there')].map((slug) => insist(there, slug)),
    ]
    // Each in a request of its own: more than may be under way.
    const come = () =>
      Promise.all(
        own('crowd').flatMap((slug) => Array.from({ length: 10 }, () => quietly(there.get(`/api/products/${slug}`)))),
      )
    const crowd = async () => {
      while (locked) await come()
    }
    readers.push(crowd())
    await until()
    locked = false
    await Promise.all(readers)
    await admin.cache.invalidate.mutate({ cache: 'product', keys: [fenced] })
    const reading = read(here, fenced)
    await eventually(() => {
      const last = here.events.findLast(
        (event) => 'cache' in event && event.cache === 'product' && event.type !== 'compared',
      )
      expect(last?.type).toBe('lease-won')
    })
    await admin.cache.invalidate.mutate({ cache: 'product', keys: [fenced] })
    await client.query('COMMIT')
    await reading
  } finally {
    locked = false
    client.release(true)
  }
}
