/** Saves a batch of products in one transaction; one that the database refuses fails alone. */
import { quote } from './cells.ts'
import type { Group } from './group.ts'
import type { Outcome } from './report.ts'
import { type Client, inTransaction, isAboutData } from './repository.ts'
import { writeBatch } from './write.ts'
import type { WriteContext } from './write-parts.ts'

/**
 * Yields what came of `groups`: one outcome, or if the database refused something among them, one for each. Rejects
 * when it is not about the data (the connection, the disk): what was yielded before is committed.
 */
export async function* saveBatch(client: Client, groups: Group[], context: WriteContext): AsyncGenerator<Outcome> {
  let refusal: unknown
  try {
    yield await inTransaction(client, () => writeBatch(client, groups, context))
    return
  } catch (error) {
    if (!isAboutData(error)) throw error
    refusal = error
  }
  const [first, ...others] = groups
  if (first && others.length === 0) yield refused(first, refusal)
  else for (const group of groups) yield* saveBatch(client, [group], context)
}

function refused({ handle, line, rows }: Group, error: unknown): Outcome {
  const reason = error instanceof Error ? error.message : String(error)
  const message = `the database refused ${quote(handle)}: ${reason}`
  const skipped = rows.filter((row) => row.problems.length === 0).length
  return {
    created: [],
    updated: [],
    unchanged: 0,
    variants: { created: 0, updated: 0, unchanged: 0 },
    stockLevels: 0,
    problems: [{ line, message, rows: skipped }],
    warnings: [],
  }
}
