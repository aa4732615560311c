/** The checks of the stock find what is wrong: each is shown a violation that was planted, and nothing else finds fault. */
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findViolations, invariants } from '../scripts/torture/invariants.ts'
import { insertProduct } from './support/catalog.ts'
import { freshDatabase, type TestDatabase } from './support/database.ts'

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await freshDatabase()
  const sql = new pg.Pool({ connectionString: database.url })
  await insertProduct(sql, { slug: 'mug', prices: [100, 200] })
  await sql.query(story)
  await sql.end()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

/** 10 arrive, 3 go to another place, three reservations of 2 are made: one is committed, one released, one stays. */
const story = `
  INSERT INTO location (code, title) VALUES ('here', 'Here'), ('there', 'There');
  INSERT INTO stock_level (variant_id, location_id, on_hand, reserved, version)
    SELECT v.id, l.id, CASE code WHEN 'here' THEN 5 ELSE 3 END, CASE code WHEN 'here' THEN 2 ELSE 0 END, 8
    FROM variant v, location l WHERE sku = 'mug-0';
  INSERT INTO stock_level (variant_id, location_id, on_hand)
    SELECT v.id, l.id, 7 FROM variant v, location l WHERE sku = 'mug-1' AND code = 'here';
  INSERT INTO reservation (idempotency_key, request_hash, status, lines, expires_at)
    SELECT status::text, '', status,
      jsonb_build_array(jsonb_build_object('variantId', v.id, 'locationId', l.id, 'quantity', 2)), now() + interval '1 hour'
    FROM variant v, location l, unnest('{active,committed,released}'::reservation_status[]) status
    WHERE sku = 'mug-0' AND code = 'here';
  INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, reserved_delta, on_hand_after, reserved_after, version, reference)
    SELECT v.id, l.id, m.kind::movement_kind, m.on_hand, m.reserved, m.on_hand_after, m.reserved_after, m.version, r.id::text
    FROM (VALUES
      (1, 'here', 'receipt', 10, 0, 10, 0, 2, NULL),
      (2, 'here', 'transfer_out', -3, 0, 7, 0, 3, NULL),
      (3, 'there', 'transfer_in', 3, 0, 3, 0, 2, NULL),
      (4, 'here', 'reserve', 0, 2, 7, 2, 4, 'active'),
      (5, 'here', 'reserve', 0, 2, 7, 4, 5, 'committed'),
      (6, 'here', 'reserve', 0, 2, 7, 6, 5, 'released'),
      (7, 'here', 'commit', -2, -2, 5, 4, 6, 'committed'),
      (8, 'here', 'release', 0, -2, 5, 2, 7, 'released')
    ) m (nth, code, kind, on_hand, reserved, on_hand_after, reserved_after, version, of)
    JOIN variant v ON sku = 'mug-0' JOIN location l USING (code) LEFT JOIN reservation r ON r.idempotency_key = m.of
    ORDER BY nth`

const [bounds, held, chain, last, kinds, transfers, ended] = invariants.map(({ name }) => name)

/** Without what keeps others from it. */
const unguarded = `
  ALTER TABLE stock_movement DISABLE TRIGGER stock_movement_stays;
  ALTER TABLE stock_level DROP CONSTRAINT stock_level_not_oversold, DROP CONSTRAINT stock_level_not_negative;`

const here = `location_id = (SELECT id FROM location WHERE code = 'here') AND variant_id = (SELECT id FROM variant WHERE sku = 'mug-0')`

const plants: [what: string, sql: string, found: (string | undefined)[]][] = [
  ['more reserved than there is', `UPDATE stock_level SET on_hand = 1 WHERE ${here}`, [bounds, last]],
  ['a unit that vanished', `UPDATE stock_level SET on_hand = on_hand - 1 WHERE ${here}`, [last]],
  ['a unit nobody holds', `UPDATE stock_level SET reserved = reserved + 1 WHERE ${here}`, [held, last]],
  ['a level that is gone', `DELETE FROM stock_level WHERE ${here}`, [held]],
  ['a reservation that is gone', `DELETE FROM reservation WHERE status = 'active'`, [held, ended]],
  ['an end that moved nothing', `UPDATE reservation SET status = 'committed' WHERE status = 'released'`, [ended]],
  ['a lost movement', `DELETE FROM stock_movement WHERE kind = 'transfer_in'`, [transfers]],
  [
    'a movement with a wrong balance',
    `UPDATE stock_movement SET on_hand_after = 8 WHERE kind = 'transfer_out'`,
    [chain],
  ],
  ['balances out of order', `UPDATE stock_movement SET version = 9 WHERE kind = 'commit'`, [chain]],
  [
    'a commit that sold nothing',
    `UPDATE stock_movement SET on_hand_delta = 0, on_hand_after = 7 WHERE kind = 'commit';
     UPDATE stock_movement SET on_hand_after = 7 WHERE kind = 'release'; UPDATE stock_level SET on_hand = 7 WHERE ${here}`,
    [kinds],
  ],
  [
    'a release that happened twice',
    `INSERT INTO stock_movement (variant_id, location_id, kind, reserved_delta, on_hand_after, reserved_after, version, reference)
       SELECT variant_id, location_id, kind, -2, 5, 0, 8, reference FROM stock_movement WHERE kind = 'release';
     UPDATE stock_level SET reserved = 0 WHERE ${here}`,
    [held, ended],
  ],
  [
    'a create that happened twice',
    `INSERT INTO stock_movement (variant_id, location_id, kind, reserved_delta, on_hand_after, reserved_after, version, reference)
       SELECT variant_id, location_id, kind, 2, 5, 4, 8, reference FROM stock_movement WHERE kind = 'reserve' LIMIT 1;
     UPDATE stock_level SET reserved = 4 WHERE ${here}`,
    [held, ended],
  ],
]

describe('[G7] the checks of the stock', () => {
  it('given stock as it should be, also some that no ledger knows, when checked, then nothing is violated', async () => {
    expect(await findViolations(client)).toEqual([])
  })

  it.each(plants)('given %s, when checked, then it is found', async (_what, sql, expected) => {
    await client.query(`BEGIN; ${unguarded}`)
    await client.query(sql)
    const violations = await findViolations(client)
    await client.query('ROLLBACK')
    expect(violations.map(({ invariant }) => invariant)).toEqual(expected)
    expect(violations.every(({ count, examples }) => count > 0 && examples.length > 0)).toBe(true)
  })
})
