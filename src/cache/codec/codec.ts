/**
 * Encodes values for Redis. The first byte of an encoded value is its format: j JSON, m MessagePack, s sealed. A codec
 * either decodes to a value equal to the encoded one, or refuses to encode it. A payload that it did not encode causes a
 * DecodeError, and no other error.
 */

import { CacheError, DecodeError, UndefinedValueError } from '../errors.ts'
import { decodeJson, encodeJson, fitsJson, jsonByte } from './json.ts'
import { decodeMsgpack, encodeMsgpack, msgpackByte } from './msgpack.ts'
import { createSealer } from './sealed.ts'

export interface Codec {
  /**
   * Throws UndefinedValueError for undefined, and CacheError for values that cannot be cached: functions, symbols,
   * cycles, sparse arrays, objects without a prototype, instances of classes other than Date, Buffer, Uint8Array, Map
   * and Set, and values that are too deep or too large. Symbol keys, non-enumerable properties, and properties of an
   * array other than its elements are lost.
   */
  encode(value: unknown, where: Where): Buffer
  /** Decodes `payload` from `offset` on. The value shares no memory with the payload. Throws DecodeError. */
  decode(payload: Buffer, offset: number, where: Where): unknown
}

/** The cache and key of a payload. Error messages contain the cache, never the key. */
interface Where {
  cache: string
  key: string
}

/**
 * The size in bytes of JSON, estimated, from which on MessagePack replaces it. Measured with bench/codec-size.ts on
 * products, lists of products and lists of cards (2026-11-23, 2 cores of an AMD EPYC, Node 24.21, medians of five runs):
 * time of MessagePack for one encode and r decodes, and its bytes, relative to JSON.
 *
 *   JSON bytes      r = 1       r = 4       r = 9      bytes
 *        2,100    145–150 %   127–146 %   122–144 %    61 %
 *        4,200    115–121 %    92–96 %     85–91 %     52–59 %
 *        8,200    104–112 %    75–85 %     66–76 %     48–57 %
 *       16,400     91–94 %     60–69 %     52–61 %     45–56 %
 *       32,000     83–98 %     56–65 %     48–54 %     44–56 %
 *      200,000     58–65 %     43–46 %     35–39 %     43–56 %
 *
 * MessagePack is faster from 16 kB on for values that are read once, and from 4 kB on for values that are read four
 * times; 8 kB is between, and takes half the bytes. It is slower for objects of hundreds of different keys (stock by id):
 * by a third to a half at any size, with 6 % fewer bytes.
 */
export const msgpackFrom = 8_192

/** Encodes as JSON, or as MessagePack if JSON would change the value or takes `msgpackFrom` bytes or more. */
export const plainCodec: Codec = {
  encode: (value, { cache }) => {
    if (value === undefined) throw new UndefinedValueError(cache)
    try {
      return fitsJson(value, msgpackFrom) ? encodeJson(value) : encodeMsgpack(value, cache)
    } catch (cause) {
      if (cause instanceof CacheError) throw cause
      throw new CacheError(`A value cannot be cached in "${cache}": encoding it failed.`, { cause })
    }
  },
  decode: (payload, offset, { cache }) => {
    switch (payload[offset]) {
      case jsonByte:
        return decodeJson(payload, offset + 1, cache)
      case msgpackByte:
        return decodeMsgpack(payload, offset + 1, cache)
      default:
        throw new DecodeError(`A payload of cache "${cache}" does not begin with j (JSON) or m (MessagePack).`)
    }
  },
}

/**
 * Encrypts the payloads of the plain codec with AES-256-GCM. The first of `keys` encrypts; every key decrypts. A payload
 * decrypts only under the cache and key that it was encoded for. Its length is not hidden.
 *
 * The nonces are random, of 96 bits, so a key may encrypt 2^32 payloads over all processes (NIST SP 800-38D, 8.3): 49
 * days at 1,000 fills per second. Rotate it before: append the new key and deploy, so that every process can decrypt;
 * then move it to the front; then remove the old key when all payloads that it encrypted have expired.
 *
 * Throws TypeError if `keys` is empty or a key does not have 32 bytes.
 */
export function createSealedCodec(keys: readonly Buffer[]): Codec {
  const sealer = createSealer(keys)
  return {
    encode: (value, where) => sealer.seal(plainCodec.encode(value, where), where),
    decode: (payload, offset, where) => plainCodec.decode(sealer.open(payload, offset, where), 0, where),
  }
}

/**
 * Parses CACHE_SEAL_KEY: keys of 32 bytes in base64, base64url or hex, separated by commas. Throws TypeError, whose
 * message does not contain the text.
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
