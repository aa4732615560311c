/** Who reads and writes: each a loop, until it is told to end. Versions: of a product, a price in minor units, a stock. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Ask } from './ask.ts'
import type { Recorder } from './recorder.ts'
import type { World } from './world.ts'

export interface Stage {
  ask: Ask
  recorder: Recorder
  world: World
  bases: readonly string[]
  /** The staff's. */
  token: string
  ended(): boolean
}

interface Product {
  id: string
  version: number
  variants: { id: string; prices: { currency: string; amountMinor: number }[] }[]
}

const pick = <T>(items: readonly T[]) => items[Math.floor(Math.random() * items.length)] as T
const upTo = (ms: number) => delay(Math.random() * ms)

/** Everything that is read, in turn, at any process. */
export async function read(stage: Stage, client: number): Promise<void> {
  const { ask, recorder, world, bases } = stage
  const note = (via: string, base: string, key: string, got: number, began: number) =>
    recorder.read({ client, base, key, via, got, began })
  while (!stage.ended()) {
    const base = pick(bases)
    const { slug, variantId } = pick(world.products)
    const began = performance.now()
    const kind = Math.random()
    if (kind < 0.5) {
      const { data } = await ask.query<Product>(base, 'catalog.product.bySlug', { slug })
      if (data) {
        note('bySlug', base, `product ${slug}`, data.version, began)
        note('bySlug', base, `price ${variantId}`, data.variants[0]?.prices[0]?.amountMinor ?? 0, began)
      }
    } else if (kind < 0.75) {
      const input = { currency: 'USD', lines: [{ variantId, quantity: 1 }] }
      const { data } = await ask.query<{ totalMinor: number }>(base, 'pricing.quote', input)
      if (data) note('quote', base, `price ${variantId}`, data.totalMinor, began)
    } else {
      const input = { variantIds: world.counters }
      const { data } = await ask.query<({ available: number } | null)[]>(base, 'inventory.availability', input)
      for (const [index, counter] of world.counters.entries()) {
        if (data) note('availability', base, `stock ${counter}`, data[index]?.available ?? 0, began)
      }
    }
    await upTo(8)
  }
}

/** Changes one product's title. One writer a product: then its versions are known beforehand. */
export async function editProduct({ ask, recorder, bases, token, ...stage }: Stage, index: number): Promise<void> {
  const { id, slug } = stage.world.products[index] as World['products'][number]
  const key = `product ${slug}`
  recorder.attempt(key, 1)
  for (let expectedVersion = 1; !stage.ended(); ) {
    recorder.attempt(key, expectedVersion + 1)
    const input = { id, expectedVersion, title: `Version ${expectedVersion + 1}` }
    const { data, refused } = await ask.mutate<Product>(pick(bases), 'catalog.product.update', input, token)
    if (data) recorder.acknowledged(key, data.version)
    // A conflict: the attempt before has happened, though nobody said so.
    if (data || refused === 'VERSION_CONFLICT') expectedVersion++
    else if (refused) recorder.violate('refused', `${key}: ${refused}`)
    await upTo(60)
  }
}

/** Raises one variant's price, by one cent at a time, each time from what it must be: however late one is, it undoes none. */
export async function setPrice({ ask, recorder, bases, token, ...stage }: Stage, index: number): Promise<void> {
  const { variantId } = stage.world.products[index] as World['products'][number]
  const key = `price ${variantId}`
  recorder.attempt(key, 1)
  for (let amountMinor = 2; !stage.ended(); ) {
    recorder.attempt(key, amountMinor)
    const input = { variantId, currency: 'USD', amountMinor, expectedMinor: amountMinor - 1 }
    const { data, refused } = await ask.mutate(pick(bases), 'pricing.set', input, token)
    if (data) recorder.acknowledged(key, amountMinor)
    // Then the attempt before has happened, though nobody said so.
    if (data || refused === 'PRICE_CHANGED') amountMinor++
    else if (refused) recorder.violate('refused', `${key}: ${refused}`)
    await upTo(60)
  }
}

/** Receives one more, again with the same key until it is acknowledged: each counts once. */
export async function count({ ask, recorder, bases, token, ...stage }: Stage, index: number): Promise<void> {
  const variantId = stage.world.counters[index] as string
  const key = `stock ${variantId}`
  const { locationId } = stage.world
  for (let version = 1; !stage.ended(); version++) {
    recorder.attempt(key, version)
    const input = { variantId, locationId, quantity: 1, idempotencyKey: randomUUID() }
    while (!stage.ended()) {
      const { data, refused } = await ask.mutate<{ onHand: number }>(pick(bases), 'inventory.receive', input, token)
      if (refused) recorder.violate('refused', `${key}: ${refused}`)
      if (data) {
        if (data.onHand !== version) recorder.violate('stock', `${key} is ${data.onHand} after ${version} receipts`)
        recorder.acknowledged(key, version)
        break
      }
    }
    await upTo(60)
  }
}

/** A guest comes, is known everywhere, logs out, and is known nowhere. Version 0: lives, 1: is out. */
export async function visit({ ask, recorder, bases, ...stage }: Stage, client: number): Promise<void> {
  for (let visit = 0; !stage.ended(); visit++) {
    const { data: opened } = await ask.mutate<{ token: string }>(pick(bases), 'session.guest', {})
    if (!opened) continue
    const key = `session ${client}-${visit}`
    const look = async () => {
      const [base, began] = [pick(bases), performance.now()]
      const { data, refused } = await ask.query(base, 'session.me', {}, opened.token)
      if (data || refused === 'TOKEN_INVALID') recorder.read({ client, base, key, via: 'me', got: data ? 0 : 1, began })
      else if (refused) recorder.violate('refused', `${key}: ${refused}`)
    }
    for (let times = 0; times < 3; times++) await look() // "from the future": logged out by nobody
    recorder.attempt(key, 1)
    const watching = look()
    const { data } = await ask.mutate(pick(bases), 'session.logout', {}, opened.token)
    if (data) recorder.acknowledged(key, 1)
    await watching
    for (let times = 0; times < 4; times++) {
      await upTo(30)
      await look()
    }
  }
}
