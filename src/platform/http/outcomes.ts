/** What came of the calls of a request, and its status and body on tRPC's wire. */
import {
  type AnyRouter,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  type TRPC_ERROR_CODE_KEY,
  TRPCError,
} from '@trpc/server'
import { getHTTPStatusCode } from '@trpc/server/http'
import type { Asked } from './calls.ts'
import type { Inputs } from './inputs.ts'

export interface Outcome {
  data?: unknown
  error?: TRPCError
}

export interface Reply {
  status: number
  body: string
  /** Of the errors in it. */
  codes: TRPC_ERROR_CODE_KEY[]
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
  const { serialize } = config.transformer.output
  const judged = outcomes.map((outcome) => (isStream(outcome.data) ? { error: refuseStream() } : outcome))
  const [only] = judged
  const codes = judged.flatMap(({ error }) => error?.code ?? [])
  if (!asked.isBatch && only?.error && outcomes[0]?.data !== undefined) return replyToError(only.error, made, codes)
  try {
    const errors = judged.map(({ error }) => error)
    const shapes = errors.map((error, index) => (error ? shapeOf(error, made, index) : fine))
    const parts = shapes.map((shape, index) => {
      if ('error' in shape) return JSON.stringify({ error: serialize(shape.error) })
      return JSON.stringify({ result: { data: serialize(judged[index]?.data) } })
    })
    return {
      status: getHTTPStatusCode(shapes, errors),
      body: asked.isBatch ? `[${parts.join(',')}]` : (parts[0] ?? ''),
      codes,
    }
  } catch (cause) {
    const error = getTRPCErrorFromUnknown(cause) // an answer that is no JSON: BigInt, a cycle
    return replyToError(error, made, [...codes, error.code])
  }
}

/** An error of the whole request, and of no call. */
function replyToError(error: TRPCError, made: Made, codes: TRPC_ERROR_CODE_KEY[]): Reply {
  const shape = shapeOf(error, made)
  const body = JSON.stringify({ error: made.config.transformer.output.serialize(shape.error) })
  return { status: getHTTPStatusCode(shape, [error]), body, codes }
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
function isStream(data: unknown): boolean {
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
