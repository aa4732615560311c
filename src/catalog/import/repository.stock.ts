/** Writes stock at the location `main`. Stock has a version of its own: it changes no product. */

import { quote } from './cells.ts'
import type { Finding } from './report.ts'
import type { Client } from './repository.ts'
import type { SavedVariant } from './repository.variants.ts'

/** Creates the location if it is missing, and returns its id. */
async function mainLocation(client: Client): Promise<string> {
  await client.query(`INSERT INTO location (code, title) VALUES ('main', 'Main') ON CONFLICT (code) DO NOTHING`)
  const { rows } = await client.query<{ id: string }>(`SELECT id FROM location WHERE code = 'main'`)
  return rows[0]?.id ?? ''
}

/**
 * Sets what is on hand of the variants that have a quantity. What is reserved has been promised to somebody, so a level
 * never falls below that. Returns how many levels changed, and a warning for each that could not fall as far as asked.
 */
export async function saveStock(
  client: Client,
  variants: SavedVariant[],
): Promise<{ changed: number; warnings: Finding[] }> {
  const counted = variants.filter(({ quantity }) => quantity !== undefined)
  if (counted.length === 0) return { changed: 0, warnings: [] }
  const location = await mainLocation(client)
  const written = await client.query(
    `WITH written AS (
       INSERT INTO stock_level AS s (variant_id, location_id, on_hand)
       SELECT id, $2, quantity FROM jsonb_to_recordset($1) AS x(id uuid, quantity int) ORDER BY id
       ON CONFLICT (variant_id, location_id) DO UPDATE
         SET on_hand = greatest(EXCLUDED.on_hand, s.reserved), version = s.version + 1
         WHERE s.on_hand IS DISTINCT FROM greatest(EXCLUDED.on_hand, s.reserved)
       RETURNING new.*, new.on_hand - coalesce(old.on_hand, 0) AS delta),
     ledger AS (
       INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, on_hand_after, reserved_after, version,
         reason)
       SELECT variant_id, location_id, 'adjust', delta, on_hand, reserved, version, 'imported' FROM written
       WHERE delta <> 0 ORDER BY variant_id)
     SELECT FROM written`,
    [JSON.stringify(counted.map(({ id, quantity }) => ({ id, quantity }))), location],
  )
  const older = counted.filter(({ change }) => change !== 'created') // of the others nothing can be reserved yet
  return { changed: written.rowCount ?? 0, warnings: await findReserved(client, older, location) }
}

/** A warning for each variant of which more is reserved than the file has. */
async function findReserved(client: Client, variants: SavedVariant[], location: string): Promise<Finding[]> {
  if (variants.length === 0) return []
  const { rows } = await client.query<{ n: number; reserved: number }>(
    `SELECT x.n, s.reserved FROM jsonb_to_recordset($1) AS x(n int, id uuid, quantity int)
     JOIN stock_level s ON s.variant_id = x.id AND s.location_id = $2
     WHERE s.reserved > x.quantity`,
    [JSON.stringify(variants.map(({ id, quantity }, n) => ({ n, id, quantity }))), location],
  )
  return rows.flatMap(({ n, reserved }) => {
    const variant = variants[n]
    if (!variant) return []
    const message = `${reserved} of ${quote(variant.title)} are reserved: that is the quantity taken, not ${variant.quantity}`
    return [{ line: variant.line, message, rows: 0 }]
  })
}
