/** The inputs of a request's calls. Parsed when the first of them is asked for: a procedure without input never does. */
import { TRPCError } from '@trpc/server'

export interface Inputs {
  /** Throws a TRPCError for what can't be read. */
  read(index: number): unknown
  /** What has been read, for the error formatter. */
  seen(index: number): unknown
}

/** `source`: their JSON, or the error in its place. */
export function createInputs(
  source: string | TRPCError | undefined,
  isBatch: boolean,
  deserialize: (value: unknown) => unknown,
): Inputs {
  let parsed: { value: unknown } | undefined
  let seen = false

  const parse = (): unknown => {
    if (source instanceof TRPCError) throw source
    return source ? JSON.parse(source) : undefined
  }
  const all = (): unknown => {
    try {
      parsed ??= { value: parse() }
    } catch (cause) {
      if (cause instanceof TRPCError) throw cause
      const message = cause instanceof Error ? cause.message : 'Invalid input'
      throw new TRPCError({ code: 'BAD_REQUEST', message, cause })
    }
    if (isBatch && parsed.value !== undefined && !isRecord(parsed.value)) {
      throw new TRPCError({
        code: 'BAD_REQUEST',
        message: '"input" needs to be an object when doing a batch call',
      })
    }
    seen = true
    return parsed.value
  }
  const one = (value: unknown, index: number) => {
    const input = isBatch && value !== undefined ? (value as Record<number, unknown>)[index] : value
    return input === undefined ? undefined : deserialize(input)
  }
  return {
    read: (index) => one(all(), index),
    seen: (index) => (seen ? one(parsed?.value, index) : undefined),
  }
}

const isRecord = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)
