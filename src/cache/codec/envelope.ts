/** How an entry lies in Redis: a header of fixed shape, the entry's tags, and the value's bytes (see codec.ts). */

import { DecodeError } from '../errors.ts'
import type { Codec } from './codec.ts'

export interface Envelope<Value> {
  value: Value | null
  /** When it stops being fresh, by Redis' clock, ms. It may lie there longer: that is its grace. */
  expiresAt: number
  /** How long it took to load, ms: what XFetch reckons with. */
  deltaMs: number
  /** The version of the row it was made from; 0 if it has none. */
  version: number
  /** The tick of the tags' clock when its load began: a tag with a later version voids it. */
  stamp: number
  tags: readonly string[]
}

// byte 0: format; 1: the cache's schema; 2: expiresAt, f64; 10: deltaMs, f32; 14: version, f64 (read by shared.lua);
// 22: stamp, f64; 30: length of the tags, u16; then the tags, separated by NUL; then the value.
const format = 1
const headerBytes = 32

export interface Where {
  cache: string
  key: string
}

/** Throws what the codec throws. */
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

/** Throws DecodeError for anything that `seal` did not make with this schema. */
export function open<Value>(payload: Buffer, schema: number, codec: Codec, where: Where): Envelope<Value> {
  if (payload.length <= headerBytes || payload[0] !== format) throw new DecodeError('Not an entry of this format.')
  if (payload[1] !== schema) throw new DecodeError(`An entry of schema ${payload[1]}, not ${schema}.`)
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
