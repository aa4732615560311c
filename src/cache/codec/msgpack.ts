/** The codec of values that JSON would change, and of large values: smaller than JSON, and faster to decode. */
import { RESERVE_START_SPACE } from 'msgpackr/pack'
import { DecodeError } from '../errors.ts'
import { checkMsgpack } from './msgpack.guard.ts'
import { prepare } from './msgpack.prepare.ts'
import { packr, unpack } from './msgpackr.ts'

export const msgpackByte = 0x6d // m

/** In bytes. msgpackr encodes into a buffer that grows with the largest value and is never released. */
const maxKeptBuffer = 4 * 1024 * 1024

/** Throws CacheError for values that cannot be cached: see `prepare`. */
export function encodeMsgpack(value: unknown, cache: string): Buffer {
  const body = packr.pack(prepare(value, cache), RESERVE_START_SPACE + 1)
  body[0] = msgpackByte
  if (body.buffer.byteLength > maxKeptBuffer) packr.useBuffer(Buffer.allocUnsafeSlow(8192))
  return body
}

/** Decodes the MessagePack in `payload` from `offset` on. `cache` is for the error message. Throws DecodeError. */
export function decodeMsgpack(payload: Buffer, offset: number, cache: string): unknown {
  try {
    const shapeKeys = checkMsgpack(payload, offset)
    const value = unpack(payload.subarray(offset), shapeKeys)
    if (value !== undefined) return value // encode refuses undefined
  } catch {} // The cause is dropped: an error of msgpackr may quote the payload.
  throw new DecodeError(`A payload of cache "${cache}" is not MessagePack of this codec.`)
}
