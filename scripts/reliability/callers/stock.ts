/** Stock that only grows, what of it is not for sale, locations, and the ledger held against the levels. */
import { randomUUID } from 'node:crypto'
import { change, execute, lives, pick, rest, type Stage, watch } from '../stage.ts'

const ways = ['inventory.receive', 'inventory.returnItems', 'inventory.adjust'] as const

/** One more, again with the same idempotency key until it is acknowledged: each counts once. */
export async function count(stage: Stage, index: number): Promise<void> {
  const variantId = stage.world.counters[index] as string
  const key = `stock ${variantId}`
  watch(stage, async (look) => {
    const input = { variantIds: stage.world.counters }
    const seen = await look.query<({ available: number } | null)[]>('inventory.availability', input)
    if (seen.data) seen.shows(key, seen.data[index]?.available ?? 0, 'near', 'stock')
  })
  const { locationId } = stage.world
  for (let version = 1; !stage.ended(); version++) {
    const procedure = ways[version % ways.length] as string
    const amount = procedure === 'inventory.adjust' ? { delta: 1, reason: 'history' } : { quantity: 1 }
    const input = { variantId, locationId, ...amount, idempotencyKey: randomUUID() }
    while (!stage.ended()) {
      const done = await change<{ onHand: number }>(stage, { procedure, input, versions: { [key]: version } })
      if (done.state !== 'acknowledged') continue
      const { onHand } = done.data
      if (onHand !== version) stage.recorder.violate('stock', `${key} is ${onHand} after ${version} receipts`)
      break
    }
    await rest(stage, 120)
  }
}

/** Of a variant with 100,000 on hand, ever less is kept back: what is available shows the version. */
export const configure = (stage: Stage, index: number): Promise<void> =>
  lives(stage, async (life) => {
    const onHand = 100_000
    const sku = `configured-${index}-${life}`
    const { locationId } = stage.world
    const [row] = await execute<{ id: string }>(
      stage,
      `WITH p AS (INSERT INTO product (slug, title, status) VALUES ($1, $1, 'active') RETURNING id),
       v AS (INSERT INTO variant (product_id, sku, title, position) SELECT id, $1, 'One', 0 FROM p RETURNING id)
       SELECT id::text FROM v`,
      [sku],
    )
    if (!row) return
    const [variantId, key] = [row.id, `configured ${row.id}`]
    const received = { variantId, locationId, quantity: onHand, idempotencyKey: randomUUID() }
    const setSafety = (quantity: number, versions: Record<string, number>) => {
      const input = { variantId, safetyStock: { locationId, quantity } }
      return change(stage, { procedure: 'inventory.configure', input, versions })
    }
    if ((await setSafety(onHand, {})).state !== 'acknowledged') return
    if (
      (await change(stage, { procedure: 'inventory.receive', input: received, versions: {} })).state !== 'acknowledged'
    )
      return
    const unwatch = watch(stage, async (look) => {
      const seen = await look.query<{ available: number }>('inventory.availabilityOf', { variantId })
      if (seen.data) seen.shows(key, seen.data.available, 'near', 'stock')
    })
    for (let version = 1; !stage.ended(); version++) {
      if ((await setSafety(onHand - version, { [key]: version })).state !== 'acknowledged') break
      await rest(stage, 250)
    }
    unwatch()
    await execute(stage, `UPDATE product SET status = 'archived' WHERE slug = $1`, [sku])
  })

/** Locations are not cached: their title is the one that was acknowledged last. */
export const renameLocation = (stage: Stage, index: number): Promise<void> =>
  lives(stage, async (life) => {
    const code = `renamed-${index}-${life}`
    const key = `location ${code}`
    const unwatch = watch(stage, async (look) => {
      const seen = await look.query<{ code: string; title: string }[]>('inventory.locations', {})
      const found = seen.data?.find((each) => each.code === code)
      if (seen.data) seen.shows(key, Number(found?.title.slice('Version '.length) ?? 0), 'strict')
    })
    for (let version = 1; !stage.ended(); version++) {
      const input = { code, title: `Version ${version}` }
      const done = await change(stage, { procedure: 'inventory.location.upsert', input, versions: { [key]: version } })
      if (done.state !== 'acknowledged') break
      await rest(stage, 600)
    }
    unwatch()
    await execute(stage, 'DELETE FROM location WHERE code = $1', [code])
  })

/** The ledger adds up to the levels, whoever moves stock meanwhile. */
export async function reconcile(stage: Stage): Promise<void> {
  while (!stage.ended()) {
    const input = { repair: true, limit: 100 }
    const done = await change<{ differences: unknown[] }>(stage, {
      procedure: 'inventory.reconcile',
      input,
      versions: {},
    })
    const [difference] = done.state === 'acknowledged' ? done.data.differences : []
    if (difference) stage.recorder.violate('stock', `the ledger does not add up: ${JSON.stringify(difference)}`)
    const moved = { variantId: pick(stage.world.counters), limit: 5 }
    await stage.ask.query(pick(stage.bases), 'inventory.movements', moved, stage.staff)
    await rest(stage, 2_000)
  }
}
