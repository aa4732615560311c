/**
 * Answers that are given again and again. What the near cache hands out is the same object every time: it is checked
 * against its schema once, and what was made of it for the wire (JSON, its hash, its compressed forms) lies beside it,
 * for as long as the object lives. So nothing here can be older than the cache: who gets another object, gets another
 * answer. It holds for objects that nobody changes, as those of a cache must not be.
 */
import { hash } from 'node:crypto'
import type { z } from 'zod'

/** An answer as it is sent. */
export interface Answer {
  json: string
  /** Bytes of `json` in UTF-8. */
  bytes: number
  /** Whether it will be sent again. */
  kept: boolean
  etag?: string
  /** By encoding and frame. */
  compressed?: Map<string, Promise<Buffer>>
}

export interface Framed {
  answer: Answer
  /** What stands around the answer's JSON. */
  before: string
  after: string
}

/** Of an output that will be given again: its answer, once there is one. Not enumerable: nobody else sees it. */
const sent = Symbol('sent')
/** Of a page of such outputs. */
const isPage = Symbol('page')

interface Marked {
  [sent]?: Answer | undefined
  [isPage]?: true
}

/** `schema`, but for an object it has seen before it gives the very output it gave then. */
export function once<Schema extends z.ZodType>(schema: Schema): Schema {
  const made = Symbol('made')
  const parse = (value: unknown): unknown => {
    if (!isObject(value) || !Object.isExtensible(value)) return schema.parse(value)
    const known = (value as { [made]?: object })[made]
    if (known) return known
    const output = sharing(schema.parse(value), value)
    if (isObject(output)) {
      mark(value, made, output)
      mark(output, sent, undefined)
    }
    return output
  }
  return Object.create(schema, { parse: { value: parse } })
}

/**
 * `page`, a schema of an object with `items` first, of which each is checked by `item` instead: with `once(…)` there, a
 * page of objects that have been seen before is put together from what was made of them then.
 */
export function onceEach<Page extends z.ZodObject<{ items: z.ZodArray }>>(page: Page, item: z.ZodType): Page {
  const rest = page.omit({ items: true })
  const parse = (value: unknown): unknown => {
    if (!isObject(value) || !('items' in value) || !Array.isArray(value.items)) return page.parse(value)
    const output = { items: value.items.map((one) => item.parse(one)), ...rest.parse({ ...value, items: undefined }) }
    mark(output, isPage, true)
    return output
  }
  return Object.create(page, { parse: { value: parse } })
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** On the object itself: a full collection of garbage stands still for each entry of a WeakMap (docs/decisions/0031). */
const mark = (object: object, name: symbol, value: unknown) =>
  Object.defineProperty(object, name, { value, writable: true })

/** `made`, with those parts of `from` that are the same in both: of what is kept for long there is one copy. */
function sharing(made: unknown, from: unknown): unknown {
  if (made === from || !isObject(made) || !isObject(from) || Array.isArray(made) !== Array.isArray(from)) return made
  const [keys, others] = [Object.keys(made), Object.keys(from)]
  const [parts, theirs] = [made as Record<string, unknown>, from as Record<string, unknown>]
  let same = keys.length === others.length
  for (const [index, key] of keys.entries()) {
    parts[key] = sharing(parts[key], theirs[key])
    same &&= others[index] === key && parts[key] === theirs[key]
  }
  return same ? from : made
}

/** The answer that `data` is; `encode` is JSON.stringify, after tRPC's transformer. Throws what it throws. */
export function answerOf(data: unknown, encode: (data: unknown) => string): Answer {
  if (!isObject(data)) return make(data, encode, false)
  const marked = data as Marked
  if (marked[isPage]) return putTogether(data as { items: unknown[] }, encode)
  if (!(sent in data)) return make(data, encode, false)
  marked[sent] ??= make(data, encode, true)
  return marked[sent]
}

function make(data: unknown, encode: (data: unknown) => string, kept: boolean): Answer {
  const json = encode(data)
  return { json, bytes: Buffer.byteLength(json), kept }
}

/** The same JSON as of the whole, from that of its items. */
function putTogether({ items, ...rest }: { items: unknown[] }, encode: (data: unknown) => string): Answer {
  const parts = items.map((item) => answerOf(item, encode))
  const others = encode(rest).slice(1)
  const [before, after] = ['{"items":[', others === '}' ? ']}' : `],${others}`]
  const json = before + parts.map((part) => part.json).join(',') + after
  const commas = Math.max(0, parts.length - 1)
  const bytes = parts.reduce((sum, part) => sum + part.bytes, before.length + commas + Buffer.byteLength(after))
  return { json, bytes, kept: false }
}

/** A strong one: other bytes, another tag. */
export function etagOf(answer: Answer): string {
  answer.etag ??= `"${hash('sha1', answer.json, 'base64url')}"`
  return answer.etag
}
