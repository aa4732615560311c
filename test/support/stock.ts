/** Stock for tests: variants at two locations, in two instances of the application. */
import { randomUUID } from 'node:crypto'
import { insertProduct } from './catalog.ts'
import { startTwoApps } from './staff.ts'

export async function startStockedApps(env: Record<string, string> = {}) {
  const apps = await startTwoApps(env)
  const { staff, here } = apps
  const [north, south] = await Promise.all(
    ['north', 'south'].map((code) => staff.inventory.location.upsert.mutate({ code, title: code })),
  )
  let products = 0
  return {
    ...apps,
    inventory: staff.inventory,
    north: north?.id ?? '',
    south: south?.id ?? '',
    /** A new variant that is for sale, without a level. */
    newVariant: async () => {
      const productId = await insertProduct(here.sql, { slug: `thing-${products++}` })
      const { rows } = await here.sql.query<{ id: string }>('SELECT id FROM variant WHERE product_id = $1', [productId])
      return rows[0]?.id ?? ''
    },
    /** What the ledger says of a variant, oldest first. */
    ledger: async (variantId: string) => {
      const { rows } = await here.sql.query(
        `SELECT kind, code AS at, on_hand_delta AS delta, on_hand_after AS after, reserved_after AS reserved, version,
           reason, reference, actor
         FROM stock_movement m JOIN location l ON l.id = m.location_id WHERE variant_id = $1 ORDER BY m.id`,
        [variantId],
      )
      return rows
    },
  }
}

export type StockedApps = Awaited<ReturnType<typeof startStockedApps>>

export const newKey = () => ({ idempotencyKey: randomUUID() })
