/** [G8] A mutation that is asked for again, by the key its caller gave it, has happened once and answers the same. */
import { createHash } from 'node:crypto'
import type { Tx } from '../platform/outbox.ts'
import { keyReused } from './errors.ts'
import { keepResponse, takeKey } from './repository.idempotency.ts'

/**
 * Runs `work` unless it was done in an earlier transaction under the key of `request`; gives its answer. What `work`
 * rejects with rolls the key back, too: it may be tried again. Throws IDEMPOTENCY_KEY_REUSED.
 */
export async function once<T>(
  tx: Tx,
  operation: string,
  request: { idempotencyKey: string },
  work: () => Promise<T>,
): Promise<T> {
  const { idempotencyKey, ...body } = request
  const hash = createHash('sha256').update(canonical(body)).digest()
  const done = await takeKey(tx, operation, idempotencyKey, hash)
  if (done) {
    if (!hash.equals(done.hash)) throw keyReused()
    return done.response as T
  }
  const response = await work()
  await keepResponse(tx, operation, idempotencyKey, response)
  return response
}

/** The same for the same content, whatever the order of its fields. */
const canonical = (body: object) =>
  JSON.stringify(Object.entries(body).sort(([one], [other]) => (one < other ? -1 : 1)))
