/** Cursors: where a page ended, opaque to clients, and good only for the list they came from. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { cursorInvalid } from './errors.ts'
import type { Sort } from './schema.ts'

/** The sort key and the id of the last row of a page. */
export interface Position {
  key: string | number
  id: string
}

// A cursor comes back from outside: what it carries must be a value that Postgres takes.
const day = 24 * 60 * 60 * 1_000
const amount = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
const keys = {
  newest: z
    .number()
    .min(0)
    .max(2_932_896 * day), // until the year 9999
  title: z
    .string()
    .max(1_000)
    .refine((title) => !title.includes('\0')),
  price: amount,
  'price-desc': amount,
  relevance: z.number(),
} satisfies Record<Sort, z.ZodType<Position['key']>>

/** A cursor for the list that `list` describes (its filters and its order). */
export function encodeCursor(list: string, { key, id }: Position): string {
  return Buffer.from(JSON.stringify([fingerprint(list), key, id])).toString('base64url')
}

/** The position in `cursor`. Throws CURSOR_INVALID for anything that `encodeCursor(list, …)` did not make. */
export function decodeCursor(list: string, sort: Sort, cursor: string): Position {
  const content = z.tuple([z.literal(fingerprint(list)), keys[sort], z.uuid()])
  const parsed = content.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')))
  if (!parsed.success) throw cursorInvalid()
  const [, key, id] = parsed.data
  return { key, id }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fingerprint(list: string): string {
  return createHash('sha256').update(list).digest('base64url').slice(0, 8)
}
