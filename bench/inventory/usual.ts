/** What the product is held against: the same rows, written the ways that most code writes them. */
import { createHash, randomUUID } from 'node:crypto'
import type pg from 'pg'

/** Reserves one of a variant; false: there is not enough. */
export type Reserve = (variantId: string) => Promise<boolean>

interface Level {
  location_id: string
  on_hand: number
  reserved: number
  version: number
}

/** The usual code: a transaction each, the row locked, looked at, changed, and the reservation and the ledger written. */
export function usualCode(pool: pg.Pool): Reserve {
  return async (variantId) => {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      const locked = await client.query<Level>({
        name: 'usual-lock',
        text: 'SELECT location_id, on_hand, reserved, version FROM stock_level WHERE variant_id = $1 FOR UPDATE',
        values: [variantId],
      })
      const [level] = locked.rows
      if (!level || level.on_hand - level.reserved < 1) {
        await client.query('ROLLBACK')
        return false
      }
      await client.query({
        name: 'usual-level',
        text: 'UPDATE stock_level SET reserved = reserved + 1, version = version + 1 WHERE variant_id = $1 AND location_id = $2',
        values: [variantId, level.location_id],
      })
      const lines = [{ variantId, locationId: level.location_id, quantity: 1 }]
      const made = await client.query<{ id: string }>({
        name: 'usual-reservation',
        text: `INSERT INTO reservation (idempotency_key, request_hash, lines, expires_at)
               VALUES ($1, $2, $3, clock_timestamp() + interval '10 minutes') RETURNING id`,
        values: [randomUUID(), hashOf(lines), JSON.stringify(lines)],
      })
      await client.query({
        name: 'usual-movement',
        text: `INSERT INTO stock_movement (variant_id, location_id, kind, reserved_delta, on_hand_after, reserved_after, version, reference)
               VALUES ($1, $2, 'reserve', 1, $3, $4, $5, $6)`,
        values: [
          variantId,
          level.location_id,
          level.on_hand,
          level.reserved + 1,
          level.version + 1,
          made.rows[0]?.id ?? '',
        ],
      })
      await client.query('COMMIT')
      return true
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {})
      throw error
    } finally {
      client.release()
    }
  }
}

/** One conditional statement each, with the reservation and the ledger in it. */
export function oneStatement(pool: pg.Pool): Reserve {
  return async (variantId) => {
    const { rows } = await pool.query({
      name: 'one-statement',
      text: `WITH taken AS (
               UPDATE stock_level SET reserved = reserved + 1, version = version + 1
               WHERE variant_id = $1 AND (backorder OR on_hand - reserved >= 1)
               RETURNING variant_id, location_id, on_hand, reserved, version),
             made AS (
               INSERT INTO reservation (idempotency_key, request_hash, lines, expires_at)
               SELECT $2, $3, jsonb_build_array(jsonb_build_object(
                 'variantId', variant_id, 'locationId', location_id, 'quantity', 1)), clock_timestamp() + interval '10 minutes'
               FROM taken RETURNING id)
             INSERT INTO stock_movement (variant_id, location_id, kind, reserved_delta, on_hand_after, reserved_after, version, reference)
             SELECT variant_id, location_id, 'reserve', 1, on_hand, reserved, version, made.id FROM taken, made RETURNING id`,
      values: [variantId, randomUUID(), hashOf([{ variantId, quantity: 1 }])],
    })
    return rows.length === 1
  }
}

const hashOf = (lines: unknown) => createHash('sha256').update(JSON.stringify(lines)).digest()
