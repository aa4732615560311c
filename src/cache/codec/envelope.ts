/** The format of an entry in Redis: a header of fixed length, the entry's tags, and the encoded value (see codec.ts). */

import { DecodeError } from '../errors.ts'
import type { Codec } from './codec.ts'

export interface Envelope<Value> {
  value: Value | null
  /** Redis time in ms at which the value becomes stale. The entry may stay longer: the rest of its life is its grace. */
  expiresAt: number
  /** Duration of the load in ms, for XFetch. */
  deltaMs: number
  /** The version of the row that the value was loaded from; 0 if it has none. */
  version: number
  /** The tag clock at the start of the load. A tag with a later version invalidates the entry. */
  stamp: number
  tags: readonly string[]
}

// Byte 0: format; 1: the cache's schema; 2: expiresAt, f64; 10: deltaMs, f32; 14: version, f64 (read by shared.lua);
// 22: stamp, f64; 30: bytes of the tags, u16; 32: the tags, separated by NUL, then the value. Little-endian.
const format = 1
const headerBytes = 32

export interface Where {
  cache: string
  key: string
}

/** Encodes an entry. Throws the errors of `codec.encode`. */
export function seal<Value>(envelope: Envelope<Value>, schema: number, codec: Codec, where: Where): Buffer {
  const body = codec.encode(envelope.value, where)
  const tags = Buffer.from(envelope.tags.join('\0'))
  const payload = Buffer.allocUnsafe(headerBytes + tags.length + body.length)
  payload[0] = format
  payload[1] = schema
  payload.writeDoubleLE(envelope.expiresAt, 2)
  payload.writeFloatLE(envelope.deltaMs, 10)
  payload.writeDoubleLE(envelope.version, 14)
  payload.writeDoubleLE(envelope.stamp, 22)
  payload.writeUInt16LE(tags.length, 30)
  tags.copy(payload, headerBytes)
  body.copy(payload, headerBytes + tags.length)
  return payload
}

/** Decodes an entry. Throws DecodeError unless `payload` has this format and schema, and a value that the codec decodes. */
export function open<Value>(payload: Buffer, schema: number, codec: Codec, where: Where): Envelope<Value> {
  if (payload.length <= headerBytes || payload[0] !== format)
    throw new DecodeError(`The payload is not an entry of format ${format}.`)
  if (payload[1] !== schema) throw new DecodeError(`The entry has schema ${payload[1]}, expected ${schema}.`)
  const tagBytes = payload.readUInt16LE(30)
  const body = headerBytes + tagBytes
  return {
    value: codec.decode(payload, body, where) as Value | null,
    expiresAt: payload.readDoubleLE(2),
    deltaMs: payload.readFloatLE(10),
    version: payload.readDoubleLE(14),
    stamp: payload.readDoubleLE(22),
    tags: tagBytes === 0 ? noTags : payload.toString('utf8', headerBytes, body).split('\0'),
  }
}

const noTags: readonly string[] = []
