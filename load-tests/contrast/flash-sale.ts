/**
 * Reserves as many shops do: read what there is, check that it is enough, write what is left. Between the reading and
 * the writing others read the same; so all of them sell the same unit. Contrast to src/inventory/reservation/.
 */
import { createHash } from 'node:crypto'
import { Refusal, serveContrast } from './server.ts'

interface Input {
  lines: { variantId: string; quantity: number }[]
  ttlSeconds: number
  idempotencyKey: string
}

interface Level {
  location_id: string
  on_hand: number
  reserved: number
  version: number
}

serveContrast('flash-sale', ({ pool }) => ({
  'inventory.reservation.create': async ({ input }) => {
    const { lines: [wanted] = [], ttlSeconds, idempotencyKey } = input as Input
    const { variantId = '', quantity = 1 } = wanted ?? {}
    const made = `SELECT id, status, expires_at AS "expiresAt", lines FROM reservation WHERE idempotency_key = $1`
    const earlier = await pool.query(made, [idempotencyKey])
    if (earlier.rows[0]) return earlier.rows[0]

    // read
    const read = 'SELECT location_id, on_hand, reserved, version FROM stock_level WHERE variant_id = $1'
    const [level] = (await pool.query<Level>(read, [variantId])).rows
    // check
    if (!level || level.on_hand - level.reserved < quantity) throw new Refusal('OUT_OF_STOCK', 409)
    // write
    const reserved = level.reserved + quantity
    const place = [variantId, level.location_id]
    await pool.query(
      'UPDATE stock_level SET reserved = $3, version = version + 1 WHERE variant_id = $1 AND location_id = $2',
      [...place, reserved],
    )
    const lines = [{ variantId, locationId: level.location_id, quantity }]
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO reservation (idempotency_key, request_hash, lines, expires_at)
       VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4)) RETURNING id, status, expires_at AS "expiresAt", lines`,
      [idempotencyKey, createHash('sha256').update(idempotencyKey).digest(), JSON.stringify(lines), ttlSeconds],
    )
    await pool.query(
      `INSERT INTO stock_movement (variant_id, location_id, kind, reserved_delta, on_hand_after, reserved_after, version, reference)
       VALUES ($1, $2, 'reserve', $3, $4, $5, $6, $7)`,
      [...place, quantity, level.on_hand, reserved, level.version + 1, rows[0]?.id],
    )
    return rows[0]
  },
}))
