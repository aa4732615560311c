/** The values of the payloads in format-1.json. A new format gets a new file; this file stays unchanged. */

export const where = { cache: 'thing', key: 'a' }
export const sealKey = Buffer.alloc(32, 7)
export const header = {
  expiresAt: 1_763_920_000_000,
  deltaMs: 12.5,
  version: 3,
  stamp: 1_763_910_000_000_000,
  tags: ['blue', 'größe:ß'],
}

interface Sample {
  name: string
  value: unknown
  codec: 'plain' | 'sealed'
}

export const values: Sample[] = [
  { name: 'json: null', value: null, codec: 'plain' },
  {
    name: 'json: a product',
    value: { slug: 'blue-mug', prices: [{ amountMinor: 1_495 }], tags: [], note: 'für ☕' },
    codec: 'plain',
  },
  { name: 'json: 0', value: 0, codec: 'plain' },
  { name: 'msgpack: a date', value: { at: new Date('2026-11-23T00:00:00.000Z') }, codec: 'plain' },
  { name: 'msgpack: bytes and bigint', value: { bytes: Buffer.from([0, 255]), big: 2n ** 60n }, codec: 'plain' },
  { name: 'msgpack: a map and a set', value: { map: new Map([['a', 1]]), set: new Set([1, 2]) }, codec: 'plain' },
  { name: 'msgpack: a long text', value: 'long '.repeat(4_000), codec: 'plain' },
  { name: 'sealed: a secret', value: { token: 'secret' }, codec: 'sealed' },
]
