/** Cursors of a history: where a page ended, opaque to clients, and good only for the history they came from. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { cursorInvalid } from './errors.ts'
import type { Position } from './repository.history.ts'

// It comes back from outside: what it carries must be a time that Postgres takes.
const content = z.tuple([z.string(), z.int().min(0).max(Number.MAX_SAFE_INTEGER), z.uuid()])

/** A cursor for the history that `list` describes. */
export function encodeCursor(list: string, { from, id }: Position): string {
  return Buffer.from(JSON.stringify([fingerprint(list), from, id])).toString('base64url')
}

/** The position in `cursor`. Throws CURSOR_INVALID for anything that `encodeCursor(list, …)` did not make. */
export function decodeCursor(list: string, cursor: string): Position {
  const parsed = content.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')))
  if (!parsed.success || parsed.data[0] !== fingerprint(list)) throw cursorInvalid()
  const [, from, id] = parsed.data
  return { from, id }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const fingerprint = (list: string) => createHash('sha256').update(list).digest('base64url').slice(0, 8)
