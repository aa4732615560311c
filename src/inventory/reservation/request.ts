/** A reservation as it is asked for in Postgres: lines merged, and a hash of what is wanted. */
import { createHash } from 'node:crypto'
import type { CreateInput } from './schema.ts'

export interface ReserveLine {
  variantId: string
  locationId: string | null
  quantity: number
}

export interface ReserveRequest {
  key: string
  /** Of what is wanted, whatever the order of its lines: hex. */
  hash: string
  ttlSeconds: number
  owner: string | null
  /** Apart by (variantId, locationId), in their order. */
  lines: ReserveLine[]
}

export function requestOf({ lines, ttlSeconds, idempotencyKey }: CreateInput, owner: string | null): ReserveRequest {
  const merged = new Map<string, ReserveLine>()
  for (const { variantId, locationId = null, quantity } of lines) {
    const key = `${variantId} ${locationId ?? ''}`
    merged.set(key, { variantId, locationId, quantity: quantity + (merged.get(key)?.quantity ?? 0) })
  }
  const sorted = [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line)
  const hash = createHash('sha256')
    .update(JSON.stringify([sorted, ttlSeconds]))
    .digest('hex')
  return { key: idempotencyKey, hash, ttlSeconds, owner, lines: sorted }
}

/** The places in `input` of those lines that became `line`. */
export function placesOf({ lines }: CreateInput, { variantId, locationId }: ReserveLine): number[] {
  return lines.flatMap((line, index) =>
    line.variantId === variantId && (line.locationId ?? null) === locationId ? [index] : [],
  )
}
