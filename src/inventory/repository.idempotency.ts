/** What has happened under which key: asked again, it answers the same. */
import type { Tx } from '../platform/outbox.ts'

export interface Done {
  hash: Buffer
  response: unknown
}

/**
 * Takes `key` for this transaction; undefined: it is ours. Else what was done with it. Whoever has it at the same time
 * is waited for: it either happens there, or here.
 */
export async function takeKey(tx: Tx, scope: string, key: string, hash: Buffer): Promise<Done | undefined> {
  const taken = await tx.query(
    `INSERT INTO idempotency_record (scope, key, request_hash, response) VALUES ($1, $2, $3, 'null')
     ON CONFLICT DO NOTHING`,
    [scope, key, hash],
  )
  if (taken.rowCount === 1) return undefined
  const { rows } = await tx.query<Done>(
    'SELECT request_hash AS hash, response FROM idempotency_record WHERE scope = $1 AND key = $2',
    [scope, key],
  )
  return rows[0]
}

export async function keepResponse(tx: Tx, scope: string, key: string, response: unknown): Promise<void> {
  await tx.query('UPDATE idempotency_record SET response = $3 WHERE scope = $1 AND key = $2', [
    scope,
    key,
    JSON.stringify(response),
  ])
}

/** Forgets keys, 1,000 at most, that nobody tries again any more. */
export async function forgetOldKeys(client: Tx): Promise<void> {
  await client.query(
    `DELETE FROM idempotency_record WHERE (scope, key) IN (
       SELECT scope, key FROM idempotency_record WHERE created_at < clock_timestamp() - interval '7 days'
       ORDER BY created_at LIMIT 1000)`,
  )
}
