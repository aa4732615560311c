/** Buyers who all come at once, each wanting one of the same. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../../scripts/fleet/client.ts'

export interface Sale {
  seconds: number
  /** By `ok`, or the error's reason. */
  outcomes: Record<string, number>
  /** How often a buyer was told to come again. */
  retries: number
  /** Of reservations. */
  ids: Set<string>
  /** ms, from a buyer's first request to its last answer. */
  times: number[]
  /** Answers that are neither a reservation nor OUT_OF_STOCK. */
  others(): number
}

export function createBuyers(client: Client, bases: readonly string[]) {
  async function sale(variantId: string, buyers: number): Promise<Sale> {
    const [outcomes, ids, times]: [Sale['outcomes'], Set<string>, number[]] = [{}, new Set(), []]
    let retries = 0
    async function buy(number: number): Promise<void> {
      const base = bases[number % bases.length] ?? ''
      const input = { lines: [{ variantId, quantity: 1 }], ttlSeconds: 600, idempotencyKey: randomUUID() }
      const started = performance.now()
      for (;;) {
        const { result, error } = await client.mutate<{ id: string }>(base, 'inventory.reservation.create', input)
        if (error?.data.code === 'SERVICE_UNAVAILABLE' && performance.now() - started < 60_000) {
          retries++
          await delay(1_000) // as Retry-After says
          continue
        }
        const outcome = result ? 'ok' : (error?.data.reason ?? 'NONE')
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
        if (result) ids.add(result.data.id)
        times.push(performance.now() - started)
        return
      }
    }
    const started = performance.now()
    await Promise.all(Array.from({ length: buyers }, (_, number) => buy(number)))
    const others = () => buyers - (outcomes.ok ?? 0) - (outcomes.OUT_OF_STOCK ?? 0)
    return { seconds: (performance.now() - started) / 1_000, outcomes, retries, ids, times, others }
  }
  return { sale }
}
