/**
 * Makes reservations of a product that nobody else sells. Each one that is committed takes one unit: what is no longer
 * available is the version. Others are released.
 */
import { randomUUID } from 'node:crypto'
import { insist, pick, rest, type Stage, watch } from '../stage.ts'
import { sellProduct } from './make.ts'

const onHand = 1_000_000

interface Reservation {
  id: string
  status: string
}

export async function reserve(stage: Stage): Promise<void> {
  const made = [await sellFor(stage, 'committed'), await sellFor(stage, 'released')]
  const [committed, released] = made
  if (!committed || !released) return
  const key = `stock ${committed}`
  watch(stage, async (look) => {
    const seen = await look.query<{ available: number }>('inventory.availabilityOf', { variantId: committed })
    if (seen.data) seen.shows(key, onHand - seen.data.available, 'near', 'stock')
  })
  for (let version = 1; !stage.ended(); version++) {
    const kept = await create(stage, committed, { [key]: version })
    if (!kept) return
    const extended = { id: kept.id, ttlSeconds: 1_200 }
    await insist(stage, { procedure: 'inventory.reservation.extend', input: extended, versions: {} })
    await end(stage, 'commit', kept)
    const other = await create(stage, released, {})
    if (other) await end(stage, 'release', other)
    await rest(stage, 300)
  }
}

/** The id of its variant, with units on hand. */
async function sellFor(stage: Stage, slug: string): Promise<string | undefined> {
  const product = await sellProduct(stage, { slug: `to-be-${slug}`, title: slug })
  const variantId = product?.variants[0]?.id
  if (!variantId) return undefined
  const { locationId } = stage.world
  const input = { variantId, locationId, quantity: onHand, idempotencyKey: randomUUID() }
  const { state } = await insist(stage, { procedure: 'inventory.receive', input, versions: {} })
  return state === 'acknowledged' ? variantId : undefined
}

/** With an idempotency key: asked again, it is the same reservation. */
async function create(stage: Stage, variantId: string, versions: Record<string, number>) {
  const input = { lines: [{ variantId, quantity: 1 }], ttlSeconds: 600, idempotencyKey: randomUUID() }
  const asked = { procedure: 'inventory.reservation.create', input, versions, token: '' }
  const done = await insist<Reservation>(stage, asked)
  return done.state === 'acknowledged' ? done.data : undefined
}

const ends = { commit: 'committed', release: 'released' } as const

async function end(stage: Stage, how: keyof typeof ends, { id }: Reservation): Promise<void> {
  const status = ends[how]
  const asked = { procedure: `inventory.reservation.${how}`, input: { id }, versions: {}, token: '' }
  const { state } = await insist(stage, asked, `RESERVATION_${status.toUpperCase()}`)
  if (state !== 'acknowledged' && state !== 'happened') return
  const { data } = await stage.ask.query<Reservation>(pick(stage.bases), 'inventory.reservation.byId', { id })
  if (data && data.status !== status)
    stage.recorder.violate('stock', `${id} was ${status}, and is read as ${data.status}`)
}
