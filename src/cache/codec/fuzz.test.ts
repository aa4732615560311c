/** Thousands of arbitrary values and payloads. On failure fast-check prints the seed and the smallest counterexample. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { manyShapes, nestedShapes } from '../../../test/cache/codec/hostile-payloads.ts'
import { damaged, junkMsgpack } from '../../../test/cache/codec/payloads.ts'
import { jsonValues, values } from '../../../test/cache/codec/values.ts'
import { DecodeError } from '../errors.ts'
import { type Codec, createSealedCodec, plainCodec } from './codec.ts'
import { encodeJson } from './json.ts'
import { encodeMsgpack } from './msgpack.ts'

const where = { cache: 'fuzz', key: 'k' }
const sealedCodec = createSealedCodec([Buffer.alloc(32, 7)])
const decode = (payload: Buffer, codec: Codec = plainCodec) => codec.decode(payload, 0, where)
const msgpack = (body: Buffer) => Buffer.concat([Buffer.from('m'), body])

/** Returns the value, or DecodeError if the codec throws it. Any other error fails the test. */
function tryDecode(payload: Buffer, codec: Codec = plainCodec): unknown {
  try {
    return decode(payload, codec)
  } catch (error) {
    if (error instanceof DecodeError) return DecodeError
    throw error
  }
}

function isRoundTrip(value: unknown, codec: Codec = plainCodec): boolean {
  return isDeepStrictEqual(decode(codec.encode(value, where), codec), value)
}

/** Runs `work` and returns how many functions msgpackr compiled. */
function compiledBy(work: () => unknown): number {
  let count = 0
  const construct = (target: FunctionConstructor, args: string[]) => {
    count++
    return Reflect.construct(target, args)
  }
  vi.stubGlobal('Function', new Proxy(Function, { construct }))
  try {
    work()
  } finally {
    vi.unstubAllGlobals()
  }
  return count
}

const records = [new Date(0), ...Array.from({ length: 9 }, (_, n) => ({ next: `value ${n}`, list: ['of', 'strings'] }))]

describe('the codecs, with arbitrary values', () => {
  it.each([
    ['plain', plainCodec, 1_500],
    ['sealed', sealedCodec, 300],
  ] as const)(
    '[case 15] given any value, when the %s codec encodes and decodes it, then the result is equal',
    (_, codec, numRuns) => {
      fc.assert(
        fc.property(values, (value) => isRoundTrip(value, codec)),
        { numRuns },
      )
      fc.assert(
        fc.property(jsonValues, (value) => isRoundTrip(value, codec)),
        { numRuns },
      )
    },
  )

  it('[case 15] given any value of JSON, when it is encoded as MessagePack and decoded, then the result is equal', () => {
    fc.assert(
      fc.property(jsonValues, (value) => isDeepStrictEqual(decode(encodeMsgpack(value, 'fuzz')), value)),
      { numRuns: 1_000 },
    )
  })
})

describe('the codecs, with payloads that they did not encode', () => {
  it('[case 12] given any MessagePack, when it is decoded, then it is a DecodeError or a value that the codec encodes, and the next payload decodes', () => {
    const next = encodeMsgpack(records, 'fuzz')
    fc.assert(
      fc.property(junkMsgpack, (body) => {
        const value = tryDecode(msgpack(body))
        return (value === DecodeError || isRoundTrip(value)) && isDeepStrictEqual(decode(next), records)
      }),
      { numRuns: 3_000, interruptAfterTimeLimit: 4_000 },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('[case 12] given damaged JSON, when it is decoded, then it is a DecodeError or a value that the codec encodes', () => {
    const json = damaged(jsonValues.map(encodeJson))
    fc.assert(
      fc.property(json, (payload) => {
        const value = tryDecode(payload)
        return value === DecodeError || isRoundTrip(value)
      }),
      { numRuns: 1_000 },
    )
  })

  it('[case 12] given a damaged sealed payload, when it is decoded, then it throws DecodeError', () => {
    const sealed = values.map((value) => sealedCodec.encode(value, where))
    fc.assert(
      fc.property(sealed, fc.nat(), fc.nat(7), (payload, at, bit) => {
        const changed = Buffer.from(payload)
        changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ (1 << bit)
        return tryDecode(changed, sealedCodec) === DecodeError
      }),
      { numRuns: 500 },
    )
  })

  it.each(['j', 'm', 's', ''])(
    '[case 12] given "%s" and random bytes, when the payload is decoded, then the plain codec throws only DecodeError and the sealed codec always throws it',
    (start) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 64 }), (noise) => {
          const payload = Buffer.concat([Buffer.from(start), noise])
          tryDecode(payload)
          return tryDecode(payload, sealedCodec) === DecodeError
        }),
        { numRuns: 2_000 },
      )
    },
  )

  it('[case 12] given MessagePack, when it is truncated at any byte, then it throws DecodeError', () => {
    const body = encodeMsgpack(records, 'fuzz')
    for (let end = 0; end < body.length; end++) expect(tryDecode(body.subarray(0, end))).toBe(DecodeError)
  })
})

describe('the functions that msgpackr compiles', () => {
  const large = encodeMsgpack(Array(100).fill(records), 'fuzz')

  it('given nested record shapes, when they are decoded, then msgpackr still compiles functions for the next payload', () => {
    expect(compiledBy(() => decode(large))).toBeGreaterThan(0)
    for (let arrays = 0; arrays < 200; arrays++) tryDecode(msgpack(nestedShapes(4_000, arrays)))
    expect(compiledBy(() => decode(large))).toBeGreaterThan(0)
  })

  it('given 10,000 record shapes, when they are decoded, then msgpackr compiles no function and the values are complete', () => {
    let decoded: unknown
    const work = () => {
      decoded = decode(msgpack(manyShapes(10_000)))
    }
    expect(compiledBy(work)).toBe(0)
    expect(decoded).toHaveLength(40_000)
    expect(decoded).toMatchObject({ 0: { '0': null }, 39999: { '7pr': null } })
  })
})
