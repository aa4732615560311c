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

const answers = new WeakMap<object, Answer | undefined>()

/** `schema`, but for an object it has seen before it gives the very output it gave then. */
export function once<Schema extends z.ZodType>(schema: Schema): Schema {
  const outputs = new WeakMap<object, object>()
  const parse = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return schema.parse(value)
    const known = outputs.get(value)
    if (known) return known
    const output = schema.parse(value)
    if (typeof output === 'object' && output !== null) {
      outputs.set(value, output)
      answers.set(output, undefined)
    }
    return output
  }
  return Object.create(schema, { parse: { value: parse } })
}

/** Pages made by `onceEach`. */
const pages = new WeakSet<object>()

/**
 * `page`, a schema of an object with `items` first, of which each is checked by `item` instead: with `once(…)` there, a
 * page of objects that have been seen before is put together from what was made of them then.
 */
export function onceEach<Page extends z.ZodObject<{ items: z.ZodArray }>>(page: Page, item: z.ZodType): Page {
  const rest = page.omit({ items: true })
  const parse = (value: unknown): unknown => {
    if (!isPage(value)) return page.parse(value)
    const output = { items: value.items.map((one) => item.parse(one)), ...rest.parse({ ...value, items: undefined }) }
    pages.add(output)
    return output
  }
  return Object.create(page, { parse: { value: parse } })
}

const isPage = (value: unknown): value is { items: unknown[] } =>
  typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items)

/** The answer that `data` is; `encode` is JSON.stringify, after tRPC's transformer. Throws what it throws. */
export function answerOf(data: unknown, encode: (data: unknown) => string): Answer {
  if (typeof data !== 'object' || data === null) return make(data, encode, false)
  if (pages.has(data)) return putTogether(data as { items: unknown[] }, encode)
  if (!answers.has(data)) return make(data, encode, false)
  const known = answers.get(data)
  if (known) return known
  const answer = make(data, encode, true)
  answers.set(data, answer)
  return answer
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
