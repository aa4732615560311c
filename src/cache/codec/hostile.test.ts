/** Payloads that nobody of ours wrote: made to hurt, or by chance. */
import { describe, expect, it } from 'vitest'
import { DecodeError } from '../errors.ts'
import { plainCodec } from './codec.ts'
import { isOurMsgpack } from './msgpack.guard.ts'
import { encodeMsgpack } from './msgpack.ts'

const where = { cache: 'product', key: 'blue-mug' }
const repeat = (count: number, ...bytes: number[]) => Buffer.alloc(count * bytes.length, Buffer.from(bytes))
const m = (...parts: (number | string | Buffer)[]) =>
  Buffer.concat(
    ['m', ...parts].map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part as string))),
  )

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Thousands of heads of bundles, which all point to one long string: msgpackr would decode it for each of them. */
function bundleBomb(heads: number): Buffer {
  const text = Buffer.concat([Buffer.of(0xdb), uint32(500_000), Buffer.alloc(500_000, 'x'), Buffer.of(0xa0)])
  const each = 6 + 2
  const list = Array.from({ length: heads }, (_, n) =>
    Buffer.concat([Buffer.of(0xd6, 0x62), uint32(4 + 2 + (heads - 1 - n) * each), Buffer.of(0xc1, 0x3f)]),
  )
  return m(0xdd, uint32(heads), ...list, text)
}

/** A record with a key of 60 kB, 50,000 times, and one byte too many: msgpackr would print it all into its error. */
function printBomb(): Buffer {
  const key = Buffer.concat([Buffer.of(0xda, 0xea, 0x60), Buffer.alloc(60_000, 'k')])
  const record = Buffer.concat([Buffer.of(0xd4, 0x72, 0x40, 0x91), key, Buffer.of(0xc0)])
  return m(0xdd, uint32(50_001), record, repeat(50_000, 0x40, 0xc0), 0xc0)
}

const head = Buffer.of(0xd6, 0x62, 0, 0, 0)

const hostile: [string, Buffer][] = [
  ['JSON that nests 100,000 deep', Buffer.from(`j${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
  ['JSON that nests 101 deep in objects', Buffer.from(`j${'{"a":'.repeat(101)}1${'}'.repeat(101)}`)],
  ['arrays that nest 100,000 deep', m(repeat(100_000, 0x91), 0xc0)],
  ['arrays that nest 101 deep', m(repeat(101, 0x91), 0xc0)],
  ['Maps that nest 100,000 deep', m(repeat(100_000, 0x81, 0xc0), 0xc0)],
  ['Sets that nest 100,000 deep', m(repeat(100_000, 0xd4, 0x73, 0x00, 0x91), 0xc0)],
  ['Sets of Sets without arrays', m(repeat(100_000, 0xd4, 0x73, 0x00), 0x90)],
  ['rewritten values of rewritten values', m(repeat(100_000, 0xd4, 0x01, 0x00), 0xc0)],
  ['records that nest 100,000 deep', m(0xd4, 0x72, 0x40, 0x91, 0xa1, 'k', repeat(100_000, 0x40), 0xc0)],
  ['an array of 4 billion', m(0xdd, 0xff, 0xff, 0xff, 0xff)],
  ['arrays of 65,535, each in the other', m(repeat(90, 0xdc, 0xff, 0xff), repeat(65_535, 0xc0))],
  ['a Map of 4 billion', m(0xdf, 0xff, 0xff, 0xff, 0xff)],
  ['a string of 4 billion', m(0xdb, 0xff, 0xff, 0xff, 0xff, 'x')],
  ['bytes of 4 billion', m(0xc6, 0xff, 0xff, 0xff, 0xff, 'x')],
  ['a BigInt of 4 billion bytes', m(0xc9, 0xff, 0xff, 0xff, 0xff, 0x42, 'x')],
  ['one string for 50,000 heads of bundles', bundleBomb(50_000)],
  ['a bundle that points backwards', m(0xd6, 0x62, 0xff, 0xff, 0xff, 0xf0, 0xc1, 0x04, 0xa0, 0xa4, 'abcd')],
  ['a string out of no bundle', m(0xc1, 0x04)],
  ['a string longer than its bundle', m(0xd6, 0x62, 0, 0, 0, 6, 0xc1, 0x05, 0xa0, 0xa4, 'abcd')],
  ['a wide string longer than its bundle', m(0xd6, 0x62, 0, 0, 0, 6, 0xc1, 0xfb, 0xa4, 'abcd', 0xa0)],
  ['a bundle longer than its strings', m(0xd6, 0x62, 0, 0, 0, 6, 0xc1, 0x04, 0xa0, 0xa5, 'abcde')],
  ['a bundle of no string', m(0xd6, 0x62, 0, 0, 0, 5, 0xc0, 0xa0, 0xa0)],
  ['a bundle that never comes', m(0xd6, 0x62, 0, 0, 1, 0, 0xc1, 0x04, 0xa0, 0xa4, 'abcd')],
  ['a bundle with something behind it', m(0xd6, 0x62, 0, 0, 0, 6, 0xc1, 0x04, 0xa0, 0xa4, 'abcd', 0xc0)],
  ['two heads of one bundle', m(0x92, head, 12, 0xc1, 0x04, head, 6, 0xc1, 0x04, 0xa0, 0xa4, 'abcd')],
  ['a first head as long as a second', m(0xd7, 0x62, 0, 0, 0, 10, 0, 0, 0, 0, 0xc1, 0x04, 0xa0, 0xa4, 'abcd')],
  ['a string of a length that is text', m(0xd6, 0x62, 0, 0, 0, 7, 0xc1, 0xa1, '4', 0xa0, 0xa4, 'abcd')],
  ['a huge error message', printBomb()],
  ['a record whose key is its own number', m(0xd4, 0x72, 0x40, 0x91, 0x40, 0xa1, 'v')],
  ['a record that is not defined', m(0x40)],
  ['a record that only the payload before defined', m(0x41)],
  ['a record of a number that no record has', m(0xd4, 0x72, 0x00, 0x91, 0xa1, 'k', 0xc0)],
  ['a record whose keys are no array', m(0xd4, 0x72, 0x40, 0xc0)],
  ['a reference to nothing', m(0xd6, 0x70, 0, 0, 0, 1)],
  ['an array that holds itself', m(0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70, 0, 0, 0, 1)],
  ['a regular expression', m(0xd4, 0x78, 0x00, 0x92, 0xa4, '(a+)', 0xa0)],
  ['a Date of five bytes', m(0xc7, 0x05, 0xff, repeat(5, 0))],
  ['an Error', m(0xd4, 0x65, 0x00, 0x93, 0xa5, 'Error', 0xa1, 'm', 0xc0)],
  ['a Float64Array', m(0xc7, 0x09, 0x74, 0x08, repeat(8, 0))],
  ['an extension nobody knows', m(0xd4, 0x07, 0x00)],
  ['a token nobody knows', m(0xca, 0, 0, 0, 0)],
  ['a value with another behind it', m(0xc0, 0xc0)],
  ['nothing after the first byte', m()],
]

describe('the plain codec, of hostile payloads', () => {
  it.each(hostile)('case 12: given %s, when decoded, then DecodeError, and the next payload decodes', (_, payload) => {
    expect(() => plainCodec.decode(payload, 0, where)).toThrow(DecodeError)
    const value = [new Date(0), { next: 'value', list: ['of', 'several', 'strings'] }]
    expect(plainCodec.decode(plainCodec.encode(value, where), 0, where)).toStrictEqual(value)
  })

  it.each(hostile.filter(([, payload]) => payload[0] === 0x6d))(
    'given %s, when msgpackr would read it next, then the guard does not let it',
    (_, payload) => {
      const ours = encodeMsgpack([{ records: 'of one property' }, {}], where.cache)
      expect(isOurMsgpack(ours, 1)).toBe(true) // its records and bundles count no more
      expect(isGuarded(payload)).toBe(true)
      isGuarded(m(head, 6, 0xc1, 0x04, 0xa0, 0xb8, 'abcdefghijklmnopqrstuvwx')) // nor do those of a refused one
      expect(isGuarded(payload)).toBe(true)
    },
  )

  it.each([
    ['half a property', m(0xd4, 0x01, 0x00, 0x91, 0xa1, 'k')],
    ['a key that is none', m(0xd4, 0x01, 0x00, 0x92, 0x01, 0x01)],
  ])('case 12: given a rewritten object with %s, when decoded, then DecodeError', (_, payload) => {
    expect(() => plainCodec.decode(payload, 0, where)).toThrow(DecodeError)
  })

  it('case 12: given a record with the key __proto__, when decoded, then no prototype changed', () => {
    const record = m(0xd4, 0x72, 0x40, 0x91, 0xa9, '__proto__', 0xd4, 0x72, 0x41, 0x91, 0xa7, 'isAdmin', 0xc3)
    const decoded = plainCodec.decode(record, 0, where) as object
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
    expect('isAdmin' in decoded || 'isAdmin' in {}).toBe(false)
  })
})

function isGuarded(payload: Buffer): boolean {
  try {
    return !isOurMsgpack(payload, 1)
  } catch (error) {
    return error instanceof RangeError
  }
}
