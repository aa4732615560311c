/**
 * How values lie in Redis. The first byte of a body names what the rest is: j JSON, m msgpack, s sealed. What a codec
 * encodes it gives back equal, or it refuses it; a payload that is not its own is a DecodeError and never another.
 */

import { CacheError, DecodeError, UndefinedValueError } from '../errors.ts'
import { decodeJson, encodeJson, fitsJson, jsonByte } from './json.ts'
import { decodeMsgpack, encodeMsgpack, msgpackByte } from './msgpack.ts'
import { createSealer } from './sealed.ts'

export interface Codec {
  /**
   * The body of a payload. Throws UndefinedValueError for undefined, and CacheError for what can't be kept: functions,
   * symbols, cycles, arrays with holes, objects without a prototype, instances of classes other than Date, Buffer,
   * Uint8Array, Map and Set, and what is too deep or too big. Symbols as keys, hidden properties, and properties of an
   * array beside its elements are lost.
   */
  encode(value: unknown, where: Where): Buffer
  /** The value in `payload` from `offset` on. It shares no memory with it. Throws DecodeError. */
  decode(payload: Buffer, offset: number, where: Where): unknown
}

/** Where a body belongs. Messages name the cache, never the key. */
interface Where {
  cache: string
  key: string
}

/**
 * From about how many bytes of JSON on msgpack is taken instead. Measured with bench/codec-size.ts on products, lists
 * of them and lists of cards (2026-11-23, 2 cores of an AMD EPYC, Node 24.21, medians of five runs): its share of the
 * time JSON takes for one encode and r decodes, and of the bytes.
 *
 *   JSON bytes      r = 1       r = 4       r = 9      bytes
 *        2,100    145–150 %   127–146 %   122–144 %    61 %
 *        4,200    115–121 %    92–96 %     85–91 %     52–59 %
 *        8,200    104–112 %    75–85 %     66–76 %     48–57 %
 *       16,400     91–94 %     60–69 %     52–61 %     45–56 %
 *       32,000     83–98 %     56–65 %     48–54 %     44–56 %
 *      200,000     58–65 %     43–46 %     35–39 %     43–56 %
 *
 * What is read once is worth it from 16 kB on, what is read four times from 4 kB on; in between lies 8 kB, at half the
 * bytes. Objects of hundreds of different keys (stock by id) lose: a third to a half slower at any size, 6 % smaller.
 */
export const msgpackFrom = 8_192

/** JSON; msgpack for values that JSON would change, and for bodies from `msgpackFrom` on. */
export const plainCodec: Codec = {
  encode: (value, { cache }) => {
    if (value === undefined) throw new UndefinedValueError(cache)
    try {
      return fitsJson(value, msgpackFrom) ? encodeJson(value) : encodeMsgpack(value, cache)
    } catch (cause) {
      if (cause instanceof CacheError) throw cause
      throw new CacheError(`A value can't be kept in cache "${cache}".`, { cause }) // a getter of its own threw
    }
  },
  decode: (payload, offset, { cache }) => {
    switch (payload[offset]) {
      case jsonByte:
        return decodeJson(payload, offset + 1, cache)
      case msgpackByte:
        return decodeMsgpack(payload, offset + 1, cache)
      default:
        throw new DecodeError(`A payload of cache "${cache}" does not begin with the byte of a plain codec.`)
    }
  },
}

/**
 * AES-256-GCM around the plain codec. The first of `keys` seals, all of them open. A payload opens under the cache and
 * key it was sealed for and no other. Its length can be seen.
 *
 * The nonces are random, of 96 bits: a key is good for 2^32 payloads (NIST SP 800-38D, 8.3), counted over all
 * processes. At 1,000 fills a second that is 49 days: rotate it before. Put the new key behind the old one and deploy,
 * so that all can open it; then in front; and drop the old one when all it sealed has expired.
 *
 * Throws TypeError without keys, or for one that has not 32 bytes.
 */
export function createSealedCodec(keys: readonly Buffer[]): Codec {
  const sealer = createSealer(keys)
  return {
    encode: (value, where) => sealer.seal(plainCodec.encode(value, where), where),
    decode: (payload, offset, where) => plainCodec.decode(sealer.open(payload, offset, where), 0, where),
  }
}

/**
 * Parses CACHE_SEAL_KEY: keys of 32 bytes, each in base64 (either alphabet) or hex, with commas between. Throws
 * TypeError, which does not tell the text.
 */
export function parseSealKeys(text: string): Buffer[] {
  return text.split(',').map((part, index, { length }) => {
    const key = parseKey(part.trim())
    if (!key) throw new TypeError(`CACHE_SEAL_KEY: key ${index + 1} of ${length} is not 32 bytes in base64 or hex.`)
    return key
  })
}

function parseKey(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined
}
