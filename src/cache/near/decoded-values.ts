/**
 * What payloads were decoded to, by key: who is given the same bytes again need not decode them again. Redis is asked
 * all the same, and has the say; this only saves the work on its answer. Callers share the value, as with a near cache.
 */
import { LRUCache } from 'lru-cache'
import type { Envelope } from '../codec/envelope.ts'

export interface Decoded<Value> {
  /** The envelope in `payload`; `decode` is called for bytes that are not those of the last time. Throws what it throws. */
  open(key: string, payload: Buffer, decode: () => Envelope<Value>): Envelope<Value>
}

export function createDecoded<Value>(maxBytes: number): Decoded<Value> {
  const latest = new LRUCache<string, { payload: Buffer; envelope: Envelope<Value> }>({
    maxSize: maxBytes,
    // The bytes, what they become, and a key, a Buffer and their places: 850 bytes for a session of 50 (a heap snapshot).
    sizeCalculation: ({ payload }) => 3 * payload.length + 700,
  })
  return {
    open: (key, payload, decode) => {
      const known = latest.get(key)
      if (known?.payload.equals(payload)) return known.envelope
      const envelope = decode()
      latest.set(key, { payload: copyOf(payload), envelope })
      return envelope
    },
  }
}

/**
 * The payload may be a piece of a larger buffer of the connection, which it would keep alive; and so would a copy by
 * `Buffer.from`, of Node's pool: 64 KiB for a session of 300 bytes.
 */
function copyOf(payload: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(payload.length)
  payload.copy(copy)
  return copy
}
