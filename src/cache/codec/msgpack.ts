/**
 * The codec of what JSON would change, and of big values: smaller than JSON, and from a certain size on faster to read.
 * Each payload is complete in itself: the shapes of its objects are written into it, none are shared between payloads.
 */
// This entry is all JavaScript, the same everywhere. The main one loads a native addon where it is installed.
import { addExtension, Packr, RESERVE_START_SPACE, Unpackr } from 'msgpackr/pack'
import { DecodeError } from '../errors.ts'
import { isOurMsgpack } from './msgpack.guard.ts'
import { prepare } from './msgpack.prepare.ts'
import { Rewritten, restore, rewrittenType } from './msgpack.rewritten.ts'

export const msgpackByte = 0x6d // m

addExtension({ Class: Rewritten, type: rewrittenType, write: ({ content }: Rewritten) => content, read: restore })

const packr = new Packr({ bundleStrings: true, moreTypes: true, structuredClone: false, useToJSON: false })
const unpackr = new Unpackr({ structuredClone: false, copyBuffers: true })

/** msgpackr writes into a slab, and keeps one as big as the biggest it ever needed; not bigger than this, in bytes. */
const biggestSlab = 4 * 1024 * 1024

/** Throws CacheError for what can't be kept: see prepare. */
export function encodeMsgpack(value: unknown, cache: string): Buffer {
  const body = packr.pack(prepare(value, cache), RESERVE_START_SPACE + 1)
  body[0] = msgpackByte
  if (body.buffer.byteLength > biggestSlab) packr.useBuffer(Buffer.allocUnsafeSlow(8192))
  return body
}

/** Decodes the msgpack in `payload` from `offset` on; `cache` is for the error. Throws DecodeError. */
export function decodeMsgpack(payload: Buffer, offset: number, cache: string): unknown {
  try {
    if (isOurMsgpack(payload, offset)) return unpackr.unpack(payload.subarray(offset))
  } catch {} // cut off, or with a rewritten value that stands for nothing; the cause may quote the payload
  throw new DecodeError(`A payload of cache "${cache}" is not msgpack of ours.`)
}
