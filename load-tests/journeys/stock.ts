/** Stock of a run's own variants: put there, and counted in the end by the ledger of movements. */
import type { Api } from '../lib/api.ts'

interface Movement {
  kind: string
  onHandDelta: number
  reservedDelta: number
}

/** Receives so many units at the first location. */
export async function stockUp(api: Api, session: string, variantId: string, quantity: number): Promise<void> {
  const { data: locations } = await api.query<{ id: string }[]>('inventory.locations')
  const input = { variantId, locationId: locations?.[0]?.id, quantity, idempotencyKey: `stock-${variantId}` }
  const { reason } = await api.mutate('inventory.receive', input, { session })
  if (reason) throw new Error(`Stock for the test could not be received: ${reason}`)
}

/** `sold`: units reserved and not given back, by the sum of all movements. */
export async function soldByLedger(api: Api, session: string, variantId: string) {
  let sold = 0
  let cursor: string | undefined
  do {
    const { data, reason } = await api.query<{ items: Movement[]; nextCursor: string | null }>(
      'inventory.movements',
      { variantId, limit: 100, ...(cursor && { cursor }) },
      { session },
    )
    if (!data) throw new Error(`The movements could not be read: ${reason}`)
    for (const { kind, reservedDelta } of data.items) if (kind !== 'commit') sold += reservedDelta
    cursor = data.nextCursor ?? undefined
  } while (cursor)
  const { data: checked } = await api.mutate<{ differences: unknown[] }>(
    'inventory.reconcile',
    { variantId },
    { session },
  )
  const { data: levels } = await api.query<({ available: number } | null)[]>('inventory.availability', {
    variantIds: [variantId],
  })
  return { sold, differences: checked?.differences.length, available: levels?.[0]?.available }
}
