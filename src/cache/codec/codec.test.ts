import { describe, expect, it } from 'vitest'
import { CacheError, DecodeError, UndefinedValueError } from '../errors.ts'
import { type Codec, createSealedCodec, msgpackFrom, plainCodec } from './codec.ts'

const where = { cache: 'product', key: 'blue-mug' }
const codecs: [string, Codec][] = [
  ['plain', plainCodec],
  ['sealed', createSealedCodec([Buffer.alloc(32, 7)])],
]
const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n))
const row = (n: number) => ({
  id: `row-${n}`,
  title: `Becher Größe ${n} 😀`,
  price: { amountMinor: n * 100, at: null },
})
const nested = (levels: number): unknown =>
  levels === 0 ? 1 : levels % 2 ? [nested(levels - 1)] : { in: nested(levels - 1) }
const noon = new Date('2026-11-23T12:00:00.123Z')
const secret = 'hunter2'

/** Name, value, and the first byte of the plain payload. */
const accepted: [string, unknown, 'j' | 'm'][] = [
  ['0', 0, 'j'],
  ['-0', -0, 'm'],
  ['-0 in an object', { change: [-0] }, 'm'],
  ['NaN', Number.NaN, 'm'],
  ['infinite numbers', [Infinity, -Infinity], 'm'],
  [
    'numbers of all sizes',
    [127, 128, -32, -33, 2 ** 16, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 0.1, 5e-324, 1e308],
    'j',
  ],
  [
    'numbers of all sizes and a Date',
    [127, 128, -32, -33, -129, 2 ** 16, -(2 ** 31), 2 ** 32, 2 ** 53, 0.1, noon],
    'm',
  ],
  ['false', false, 'j'],
  ["''", '', 'j'],
  ['null', null, 'j'],
  ['[]', [], 'j'],
  ['{}', {}, 'j'],
  ['a nested value', { a: [{ b: [[], {}, [null, { c: true }]] }], d: '' }, 'j'],
  ['100 levels', nested(100), 'j'],
  ['100 levels and a Date', [nested(99), noon], 'm'],
  ['all kinds of text', ['\0', '"\\/\b\n', 'Größe', '日本語', '😀', '\u2028'], 'j'],
  [
    'all kinds of text and a Date',
    ['\0', '"\\/\b\n', 'Größe', '日本語', '😀', '\u2028', '', 'long'.repeat(100), noon],
    'm',
  ],
  ['a lone surrogate', ['\ud83d', 'cut off \ud83d', '\ude00'], 'j'],
  ['a lone surrogate and a Date', { cut: `${'a'.repeat(100)}\ud83d`, '\ude00': 1, noon }, 'm'],
  ['a byte order mark', `\ufeff${'a'.repeat(100)}`, 'j'],
  ['a byte order mark and a Date', [`\ufeff${'é'.repeat(100)}`, '\ufeffid', { '\ufeffid': 1 }, noon], 'm'],
  ['a Date', noon, 'm'],
  [
    'Dates of all ranges',
    [0, 1, -1, 999, -86_400_001, 8.64e15, -8.64e15, 2 ** 32 * 1000].map((ms) => new Date(ms)),
    'm',
  ],
  ['an invalid Date', new Date(Number.NaN), 'm'],
  ['a Buffer', Buffer.from([0, 1, 255]), 'm'],
  ['a Uint8Array', Uint8Array.of(0, 1, 255), 'm'],
  [
    'empty and long byte arrays',
    [Buffer.alloc(0), new Uint8Array(), Buffer.alloc(70_000, 1), new Uint8Array(70_000)],
    'm',
  ],
  [
    'a Map',
    new Map<unknown, unknown>([
      [2, { a: new Map([['b', -0]]) }],
      [null, noon],
      [Number.NaN, '\ud83d'],
    ]),
    'm',
  ],
  ['a Set', new Set<unknown>([1, 'a', null, undefined, '\ufeff', { b: new Set([[]]) }]), 'm'],
  ['BigInts', [0n, -1n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n) - 1n, 3n ** 500n, -(3n ** 500n)], 'm'],
  ['undefined in an object', { a: undefined, b: 1 }, 'm'],
  ['undefined in an array', [undefined, 1, undefined], 'm'],
  ['a big string', 'ä😀'.repeat(1_000_000), 'm'],
  ['many objects of one shape', times(500, row), 'm'],
  ['many objects of 300 shapes', times(900, (n) => ({ [`key${n % 300}`]: row(n) })), 'm'],
  ['a long array', times(100_000, (n) => n), 'm'],
  ['an object of many keys', Object.fromEntries(times(70_000, (n) => [`k${n}`, n])), 'm'],
  [
    'keys with a meaning in JavaScript',
    { constructor: 1, toJSON: 2, hasOwnProperty: 3, valueOf: 4, __keys__: 5, '': 6, 7: 8 },
    'j',
  ],
  ['such keys on 60 levels', times(60, (n) => n).reduce((inner: object, n) => ({ inner, __keys__: n }), { noon }), 'm'],
  [
    'such keys and a Date',
    [{ __keys__: 1 }, { toJSON: 1, constructor: 'x' }, { a: 1 }, { a: { a: 1 }, __keys__: 1 }, noon],
    'm',
  ],
]

/** Name, value, and a part of the error message. */
const refused: [string, unknown, string][] = [
  ['a function', { variants: [{ price: () => 1 }] }, 'A function at .variants[0].price'],
  ['a function at the top level', () => 1, 'A function at the top level'],
  ['a symbol', [Symbol('s')], 'A symbol at [0]'],
  ['an instance of a class', { at: new URL('https://example.com') }, 'An instance of URL at .at'],
  ['an Error', new Error(secret), 'An instance of Error at the top level'],
  ['a RegExp', [/a/], 'An instance of RegExp at [0]'],
  ['a Promise', Promise.resolve(1), 'An instance of Promise at the top level'],
  ['a Float64Array', Float64Array.of(1), 'An instance of Float64Array at the top level'],
  ['a subclass of Map', new (class Prices extends Map {})(), 'An instance of Prices at the top level'],
  ['a subclass of Array', new (class Rows extends Array {})(), 'An instance of Rows at the top level'],
  ['an object without a prototype', { a: Object.create(null) }, 'An object without a prototype at .a'],
  ['a sparse array', { a: new Array(1) }, 'A hole in the array at .a'],
  ['101 levels', nested(101), 'More than 100 levels, or a cycle,'],
  [
    '101 levels of Map and Set',
    times(101, (n) => n).reduce((inner: unknown, n) => (n % 2 ? new Map([[1, inner]]) : new Set([inner])), 1),
    'More than 100 levels',
  ],
  ['a cycle', cycle(), 'More than 100 levels, or a cycle,'],
  [
    '60 nested arrays that contain the next one twice',
    times(60, () => 0).reduce((half: unknown) => [half, half], 'half'),
    'A value of more than 67108864 bytes cannot be cached',
  ],
  [
    'a getter that throws',
    {
      get price() {
        throw new Error('no')
      },
    },
    'A value cannot be cached in "product": encoding it failed.',
  ],
]

function cycle(): unknown {
  const node: { next?: unknown; other: Set<unknown> } = { other: new Set() }
  node.other.add([node])
  node.next = node
  return node
}

describe.each(codecs)('the %s codec', (name, codec) => {
  it.each(accepted)(
    '[case 15] given %s, when it is encoded and decoded, then the result is equal',
    (_, value, byte) => {
      const body = codec.encode(value, where)
      expect(String.fromCharCode(body.readUInt8())).toBe(name === 'plain' ? byte : 's')
      expect(codec.decode(body, 0, where)).toStrictEqual(value)
      expect(codec.decode(Buffer.concat([Buffer.from('head'), body]), 4, where)).toStrictEqual(value)
    },
  )

  it('[case 15] given undefined, when it is encoded, then it throws UndefinedValueError', () => {
    expect(() => codec.encode(undefined, where)).toThrow(UndefinedValueError)
  })

  it.each(refused)(
    '[case 15] given %s, when it is encoded, then a CacheError names the kind and the path, and the next value is encoded',
    (_, value, message) => {
      const error = thrown(() => codec.encode(value, where))
      expect(error).toBeInstanceOf(CacheError)
      expect(String(error)).toContain(message)
      expect(String(error)).not.toContain(where.key)
      expect(codec.decode(codec.encode([noon], where), 0, where)).toStrictEqual([noon])
    },
  )

  it.each([
    ['small', {}],
    ['with a Date', { noon }],
  ])(
    'given the key __proto__ in an object (%s), when it is decoded, then it is a property and no prototype changes',
    (_, rest) => {
      const value: unknown = { ...rest, list: [JSON.parse('{"__proto__":{"isAdmin":true},"a":1}')] }
      const decoded = codec.decode(codec.encode(value, where), 0, where) as { list: [object] }
      expect(Object.getOwnPropertyDescriptor(decoded.list[0], '__proto__')?.value).toEqual({ isAdmin: true })
      expect(Object.getPrototypeOf(decoded.list[0])).toBe(Object.prototype)
      expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    },
  )

  it('given a payload with bytes, when it is overwritten after decoding, then the value does not change', () => {
    const value = [Buffer.from(secret), Uint8Array.from([1, 2, 3])]
    const body = codec.encode(value, where)
    const decoded = codec.decode(body, 0, where)
    body.fill(0)
    expect(decoded).toStrictEqual(value)
  })

  it('given two values, when the second is encoded before the first is decoded, then the first payload does not change', () => {
    const [first, second] = [codec.encode(times(300, row), where), codec.encode([noon, 'second'], where)]
    expect(codec.decode(first, 0, where)).toStrictEqual(times(300, row))
    expect(codec.decode(second, 0, where)).toStrictEqual([noon, 'second'])
  })
})

describe('the plain codec', () => {
  it('given a value of 10 MB, when a small value is encoded after it, then the large buffer is released', () => {
    plainCodec.encode(['x'.repeat(10_000_000), noon], where)
    expect(plainCodec.encode([noon], where).buffer.byteLength).toBeLessThan(100_000)
  })

  it('given strings around msgpackFrom, when they are encoded, then shorter ones are JSON and longer ones MessagePack', () => {
    const firstByte = (length: number) => plainCodec.encode('x'.repeat(length), where).toString('latin1', 0, 1)
    expect([firstByte(msgpackFrom - 4), firstByte(msgpackFrom)]).toEqual(['j', 'm'])
  })

  it.each([
    ['an empty payload', ''],
    ['JSON without its first byte', '{"a":1}'],
    ['only the first byte of JSON', 'j'],
    ['only the first byte of MessagePack', 'm'],
    ['truncated JSON', `j{"password":"${secret}`],
    ['JSON with trailing text', `j{"password":"${secret}"}x`],
    ['a sealed payload', 's\u0001'],
    ['a payload of an unknown format', 'z{}'],
  ])(
    '[case 12] given %s, when it is decoded, then the DecodeError names the cache and does not quote the payload',
    (_, text) => {
      const error = thrown(() => plainCodec.decode(Buffer.from(text), 0, where)) as DecodeError
      expect(error).toBeInstanceOf(DecodeError)
      expect(error.message).toContain('"product"')
      expect(error.message).not.toContain(secret)
      expect(error.cause).toBeUndefined()
    },
  )

  it('[case 12] given an offset after the end, when the payload is decoded, then it throws DecodeError', () => {
    expect(() => plainCodec.decode(Buffer.from('j1'), 9, where)).toThrow(DecodeError)
  })
})

function thrown(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
