/**
 * Decoded values (`decodeOnce`): remembers what a payload was decoded to, so that the same bytes are not decoded again.
 * Unlike the near cache it never answers a read: Redis is asked each time, and only the work on its reply is saved.
 * Callers share the value, as with the near cache.
 */
import { LRUCache } from 'lru-cache'
import type { Envelope } from '../codec/envelope.ts'

export interface DecodedValues<Value> {
  /** Returns the envelope in `payload`. Calls `decode` unless the bytes equal the latest of `key`; throws its error. */
  decode(key: string, payload: Buffer, decode: () => Envelope<Value>): Envelope<Value>
}

export function createDecodedValues<Value>(maxBytes: number): DecodedValues<Value> {
  const latest = new LRUCache<string, { payload: Buffer; envelope: Envelope<Value> }>({
    maxSize: maxBytes,
    // The payload, the decoded value, and the key and objects: 850 bytes for a session of 50 (from a heap snapshot).
    sizeCalculation: ({ payload }) => 3 * payload.length + 700,
  })
  return {
    decode: (key, payload, decode) => {
      const known = latest.get(key)
      if (known?.payload.equals(payload)) return known.envelope
      const envelope = decode()
      latest.set(key, { payload: copyOf(payload), envelope })
      return envelope
    },
  }
}

/**
 * Copies the payload into memory of its own. The payload may be a slice of a larger buffer of the connection and would
 * keep all of it alive; a copy by `Buffer.from` would keep Node's pool alive: 64 KiB for a session of 300 bytes.
 */
function copyOf(payload: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(payload.length)
  payload.copy(copy)
  return copy
}
