/** How soon a process that knows a variant to be sold out sells what another one has received. */
import { randomUUID } from 'node:crypto'
import type { Client } from '../../scripts/fleet/client.ts'

export interface Restock {
  variantId: string
  locationId: string
  times: number
  token: string
}

/** ms from the answer to the receipt until the first success, each time. */
export async function restock(client: Client, bases: readonly string[], options: Restock): Promise<number[]> {
  const { variantId, locationId, times, token } = options
  const [here = '', there = here] = bases
  const buy = async () => {
    const input = { lines: [{ variantId, quantity: 1 }], ttlSeconds: 600, idempotencyKey: randomUUID() }
    const { result, error } = await client.mutate(there, 'inventory.reservation.create', input)
    if (!result && error?.data.reason !== 'OUT_OF_STOCK') throw new Error(`not sold: ${error?.data.reason}`)
    return result !== undefined
  }
  const delays: number[] = []
  for (let time = 0; time < times; time++) {
    if (await buy()) throw new Error('there was something left')
    const input = { variantId, locationId, quantity: 1, idempotencyKey: randomUUID() }
    const { error } = await client.mutate(here, 'inventory.receive', input, { token })
    if (error) throw new Error(`not received: ${error.message}`)
    const received = performance.now()
    while (!(await buy())) if (performance.now() - received > 10_000) throw new Error('not sold in 10 s')
    delays.push(performance.now() - received)
  }
  return delays
}
