/** Thousands of random values and payloads, always the same ones: they are drawn from seeds. */
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { DecodeError } from '../errors.ts'
import { type Codec, createSealedCodec, plainCodec } from './codec.ts'
import { encodeJson } from './json.ts'
import { encodeMsgpack } from './msgpack.ts'

const where = { cache: 'random', key: 'k' }
const sealedCodec = createSealedCodec([Buffer.alloc(32, 7)])

/** mulberry32: numbers in [0, 1). */
function randomFrom(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  const pick = <T>(items: readonly T[]): T => items[below(items.length)] as T
  const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index))
  return { next, below, pick, times }
}
type Random = ReturnType<typeof randomFrom>

const alphabets = ['ab c', 'äöß', '日本語', '😀', '\ud800', '\udc00', '\ufeff', '\0', '"\\\n', 'a😀', 'aé日']
const oddKeys = ['__proto__', '__keys__', 'constructor', 'toJSON', 'hasOwnProperty', 'prototype', '', '7', '-0']
const numbers = [0, -0, Number.NaN, Infinity, -Infinity, 1e300, 5e-324, 2 ** 53, -(2 ** 31), 2 ** 32, 0x3f, 0x40, 0x7f]
const times = [0, -1, 1, 999, 1000, 8.64e15, -8.64e15, Number.NaN, 2 ** 32 * 1000, 1_790_000_000_123]

/** Mostly; each kind of array and map has its own way to be written from 16 on. */
function few(random: Random): number {
  return random.below(random.next() < 0.02 ? 40 : 5)
}

function drawText(random: Random): string {
  const length = random.pick([0, 1, 3, 4, 5, 15, 16, 31, 32, 63, 64, 65, 200, 255, 256, random.below(600)])
  if (random.next() < 0.005) return random.pick(alphabets).repeat(random.below(3000))
  const alphabet = random.pick(alphabets)
  return random.times(length, () => alphabet[random.below(alphabet.length)]).join('')
}

function drawKey(random: Random): string {
  return random.next() < 0.9
    ? `k${random.below(40)}`
    : random.next() < 0.5
      ? random.pick(oddKeys)
      : drawText(random).slice(0, 80)
}

function drawLeaf(random: Random): unknown {
  const kinds: (() => unknown)[] = [
    () => null,
    () => undefined,
    () => random.next() < 0.5,
    () => random.pick(numbers),
    () => random.below(70_000) - 35_000,
    () => (random.next() - 0.5) * 10 ** random.below(20),
    () => new Date(random.pick(times)),
    () => new Date(random.below(2 ** 31) * 1000 - random.below(2 ** 31) * 997),
    () => Buffer.from(random.times(random.below(300), () => random.below(256))),
    () => Uint8Array.from(random.times(random.below(20), () => random.below(256))),
    () => BigInt(random.pick([0, 1, -1, 255, -128])) * 2n ** BigInt(random.below(200)) - BigInt(random.below(3)),
  ]
  return random.next() < 0.4 ? drawText(random) : random.pick(kinds)()
}

function drawObject(random: Random, levels: number, keys = random.times(few(random), () => drawKey(random))): object {
  return Object.fromEntries(keys.map((key) => [key, drawValue(random, levels)]))
}

function drawValue(random: Random, levels: number): unknown {
  if (levels === 0 || random.next() < 0.4) return drawLeaf(random)
  const inner = levels - 1
  const kinds: (() => unknown)[] = [
    () => drawObject(random, inner),
    () => drawObject(random, inner),
    () => random.times(few(random), () => drawValue(random, inner)),
    () => new Set(random.times(random.below(6), () => drawValue(random, inner))),
    () => new Map(random.times(random.below(6), () => [drawValue(random, inner), drawValue(random, inner)])),
    () => {
      const keys = random.times(random.below(6), () => drawKey(random))
      return random.times(random.below(20), () => drawObject(random, Math.min(inner, 1), keys))
    },
  ]
  return random.pick(kinds)()
}

/** Only what JSON carries. */
function drawPlain(random: Random): unknown {
  const value = drawObject(random, 3)
  return JSON.parse(JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}` : item)))
}

/** Not what it was: cut off, or some bytes changed, put in or taken out; seldom into the tokens of our own kinds. */
function damage(random: Random, body: Buffer): Buffer {
  const tokens = [0xc1, 0xd4, 0xd6, 0xc8, 0x62, 0x72, 0x73, 0x01, 0x40, 0x91, 0x81, 0xdd, 0xff, 0x00, 0x74, 0xc4]
  let bytes: Buffer = body
  for (let hits = 1 + random.below(3); hits > 0; hits--) {
    const at = random.below(bytes.length)
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
    const ways: (() => Buffer)[] = [
      () => before,
      () => Buffer.concat([before, after.subarray(1 + random.below(9))]),
      () => Buffer.concat([before, Buffer.of(random.pick(tokens)), after]),
      () => Buffer.concat([before, Buffer.of(random.pick(tokens)), after.subarray(1)]),
      () => Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (1 << random.below(8))), after.subarray(1)]),
    ]
    bytes = random.pick(ways)()
    if (bytes.length === 0) break
  }
  return bytes
}

/** The value; or DecodeError, which is all that may be thrown. */
function tryDecode(codec: Codec, payload: Buffer): unknown {
  try {
    return codec.decode(payload, 0, where)
  } catch (error) {
    if (error instanceof DecodeError) return DecodeError
    throw error
  }
}

describe('codecs', () => {
  it.each([
    ['plain', plainCodec, 2_500],
    ['sealed', sealedCodec, 500],
  ] as const)(
    'case 15: given random values, when the %s codec encodes and decodes them, then they are as before',
    (_, codec, runs) => {
      for (let seed = 1; seed <= runs; seed++) {
        const random = randomFrom(seed)
        for (const value of [drawValue(random, 4) ?? null, drawPlain(random)]) {
          const decoded = codec.decode(codec.encode(value, where), 0, where)
          expect(isDeepStrictEqual(decoded, value), `seed ${seed}`).toBe(true)
        }
      }
    },
  )

  it('case 15: given random values that JSON carries, when msgpack encodes and decodes them, then they are as before', () => {
    for (let seed = 1; seed <= 1_000; seed++) {
      const value = drawPlain(randomFrom(seed))
      const decoded = plainCodec.decode(encodeMsgpack(value, where.cache), 0, where)
      expect(isDeepStrictEqual(decoded, value), `seed ${seed}`).toBe(true)
    }
  })

  it('case 12: given damaged payloads, when decoded, then it is a value or DecodeError, and a sealed one never a value', () => {
    const refused = { j: 0, m: 0 }
    for (let seed = 1; seed <= 800; seed++) {
      const random = randomFrom(seed)
      const value = drawPlain(random)
      const [json, msgpack, sealed] = [
        encodeJson(value),
        encodeMsgpack(drawValue(random, 3), 'random'),
        sealedCodec.encode(value, where),
      ]
      for (let run = 0; run < 20; run++) {
        if (tryDecode(plainCodec, damage(random, json)) === DecodeError) refused.j++
        if (tryDecode(plainCodec, damage(random, msgpack)) === DecodeError) refused.m++
        const damaged = damage(random, sealed)
        if (!damaged.equals(sealed)) expect(tryDecode(sealedCodec, damaged), `seed ${seed}`).toBe(DecodeError)
      }
    }
    expect(refused.j).toBeGreaterThan(10_000)
    expect(refused.m).toBeGreaterThan(10_000)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('case 12: given a body of msgpack, when cut off anywhere, then DecodeError', () => {
    const body = encodeMsgpack(drawObject(randomFrom(1), 3, ['a', 'b', 'c', 'd', 'e', 'f']), 'random')
    for (let end = 0; end < body.length; end++) expect(tryDecode(plainCodec, body.subarray(0, end))).toBe(DecodeError)
  })

  it.each(['j', 'm', 's', ''])(
    'case 12: given random bytes behind "%s", when decoded, then DecodeError or a value',
    (start) => {
      for (let seed = 1; seed <= 10_000; seed++) {
        const random = randomFrom(seed)
        const noise = random.times(random.below(64), () => random.below(256))
        const payload = Buffer.concat([Buffer.from(start), Buffer.from(noise)])
        tryDecode(plainCodec, payload)
        expect(tryDecode(sealedCodec, payload)).toBe(DecodeError)
      }
    },
  )
})
