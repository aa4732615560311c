/** Cursors: where a page ended, opaque to clients, and good only for the list they came from. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { cursorInvalid } from './errors.ts'

/** A cursor for the list that `list` describes. */
export function encodeCursor(list: string, position: unknown): string {
  return Buffer.from(JSON.stringify([fingerprint(list), position])).toString('base64url')
}

/** The position in `cursor`. Throws CURSOR_INVALID for anything that `encodeCursor(list, …)` did not make. */
export function decodeCursor<T>(list: string, cursor: string, position: z.ZodType<T>): T {
  const content = parseJson(Buffer.from(cursor, 'base64url').toString('utf8'))
  const [mark, where] = Array.isArray(content) ? content : []
  const parsed = position.safeParse(where)
  if (mark !== fingerprint(list) || !parsed.success) throw cursorInvalid()
  return parsed.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const fingerprint = (list: string) => createHash('sha256').update(list).digest('base64url').slice(0, 8)
