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

/** The answer that `data` is; `encode` is JSON.stringify, after tRPC's transformer. Throws what it throws. */
export function answerOf(data: unknown, encode: (data: unknown) => string): Answer {
  if (typeof data !== 'object' || data === null || !answers.has(data)) return make(data, encode, false)
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

/** A strong one: other bytes, another tag. */
export function etagOf(answer: Answer): string {
  answer.etag ??= `"${hash('sha1', answer.json, 'base64url')}"`
  return answer.etag
}
