/** What came of the calls of a request, and its status and body on tRPC's wire. */
import { type AnyRouter, getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from '@trpc/server'
import { getHTTPStatusCode } from '@trpc/server/http'
import { type Answer, answerOf } from '../answers/kept.ts'
import type { Asked } from './calls.ts'
import type { Inputs } from './inputs.ts'

export interface Outcome {
  data?: unknown
  error?: TRPCError
}

export interface Reply {
  status: number
  text: string
  bytes: number
  /** Those in it. */
  errors: TRPCError[]
}

interface Made {
  config: AnyRouter['_def']['_config']
  asked: Asked
  inputs: Inputs
  /** undefined: there is none, and `Outcome.error` says why. */
  ctx: unknown
}

/** The reply to `outcomes`, as tRPC's own adapter words it: one object, or a list for a batch. */
export function replyTo(outcomes: readonly Outcome[], made: Made): Reply {
  const { config, asked } = made
  const judged = outcomes.map((outcome) => (isStream(outcome.data) ? { error: refuseStream() } : outcome))
  const [only] = judged
  const failed = judged.flatMap(({ error }) => error ?? [])
  if (!asked.isBatch && only?.error && outcomes[0]?.data !== undefined) return replyToError(only.error, made, failed)
  try {
    const errors = judged.map(({ error }) => error)
    const shapes = errors.map((error, index) => (error ? shapeOf(error, made, index) : fine))
    const parts = shapes.map((shape, index): Part => {
      if ('error' in shape) return plain(JSON.stringify({ error: config.transformer.output.serialize(shape.error) }))
      const answer = dataOf(judged[index]?.data, config)
      return answer ? { text: before + answer.json + after, bytes: framing + answer.bytes } : empty
    })
    const { text, bytes } = asked.isBatch ? listOf(parts) : (parts[0] ?? empty)
    return { status: getHTTPStatusCode(shapes, errors), text, bytes, errors: failed }
  } catch (cause) {
    const error = getTRPCErrorFromUnknown(cause) // an answer that is no JSON: BigInt, a cycle
    return replyToError(error, made, [...failed, error])
  }
}

export const before = '{"result":{"data":'
export const after = '}}'
const framing = before.length + after.length

/** undefined: what JSON leaves out. */
export function dataOf(data: unknown, { transformer }: Made['config']): Answer | undefined {
  const { serialize } = transformer.output
  return data === undefined ? undefined : answerOf(data, (value) => JSON.stringify(serialize(value)))
}

interface Part {
  text: string
  bytes: number
}

const plain = (text: string): Part => ({ text, bytes: Buffer.byteLength(text) })
const empty = plain('{"result":{}}')

function listOf(parts: readonly Part[]): Part {
  const text = `[${parts.map((part) => part.text).join(',')}]`
  return { text, bytes: parts.reduce((sum, { bytes }) => sum + bytes, 1 + Math.max(1, parts.length)) }
}

/** An error of the whole request, and of no call. */
function replyToError(error: TRPCError, made: Made, errors: TRPCError[]): Reply {
  const shape = shapeOf(error, made)
  const text = JSON.stringify({ error: made.config.transformer.output.serialize(shape.error) })
  return { status: getHTTPStatusCode(shape, [error]), ...plain(text), errors }
}

function shapeOf(error: TRPCError, { config, asked, inputs, ctx }: Made, index?: number) {
  const { type } = asked
  if (index === undefined)
    return { error: getTRPCErrorShape({ config, ctx, error, type, input: undefined, path: undefined }) }
  const input = inputs.seen(index)
  return { error: getTRPCErrorShape({ config, ctx, error, type, input, path: asked.calls[index]?.path }) }
}

const fine = { result: { data: undefined } }

/** What only a streaming client can take. */
export function isStream(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return false
  if (Symbol.asyncIterator in data) return true
  for (const value of Object.values(data)) {
    if (typeof value !== 'object' || value === null) continue
    if ('then' in value || Symbol.asyncIterator in value) return true
  }
  return false
}

const refuseStream = () =>
  new TRPCError({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Cannot use stream-like response in non-streaming request - use httpBatchStreamLink',
  })
