/** Arbitrary values that the codecs accept. */
import fc from 'fast-check'

/** Each length here is the last, or the first, of a token of MessagePack or of a way to encode in msgpackr. */
const lengths = [0, 1, 3, 4, 15, 16, 31, 32, 63, 64, 65, 255, 256, 4_095, 4_096]
const samples = ['ab c', 'äöß', '日本語', '😀', '\ud800', '\udc00', '\ufeff', '\0', '"\\\n', 'a😀', 'aé日']

const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 4, maxLength: 80 }) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...samples), fc.constantFrom(...lengths))
      .map(([sample, length]) => sample.repeat(length).slice(0, length)),
  },
)

const oddKeys = ['__proto__', '__keys__', 'constructor', 'toJSON', 'hasOwnProperty', 'prototype', '', '7', '-0']
const key = fc.oneof(
  { weight: 8, arbitrary: fc.nat(30).map((n) => `key${n}`) },
  { weight: 1, arbitrary: fc.constantFrom(...oddKeys) },
  { weight: 1, arbitrary: text },
)

const numbers = [0, -0, Number.NaN, 2 ** 53, -(2 ** 31), 2 ** 32, 0x3f, 0x40, 0x7f, 0x80, -0x20, -0x21, 0xffff, 0x10000]
const number = fc.oneof(fc.constantFrom(...numbers), fc.integer(), fc.double())
const times = [0, -1, 999, 1000, 8.64e15, -8.64e15, Number.NaN, 2 ** 32 * 1000, 1_790_000_000_123]
const bytes = fc.uint8Array({ maxLength: 40 })

const jsonLeaf = fc.oneof(
  text,
  fc.constant(null),
  fc.boolean(),
  number.map((n) => (Number.isFinite(n) && n !== 0 ? n : 0)),
)
const leaf = fc.oneof(
  text,
  jsonLeaf,
  number,
  fc.constant(undefined),
  fc.oneof(fc.constantFrom(...times), fc.integer({ min: -(2 ** 45), max: 2 ** 45 })).map((time) => new Date(time)),
  bytes.map((array) => Buffer.from(array)),
  bytes.map((array) => Uint8Array.from(array)),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  fc.constantFrom(2n ** 63n, 2n ** 64n - 1n, 2n ** 64n, -(2n ** 63n), -(2n ** 63n) - 1n),
)

/** Mostly few. Arrays and Maps are encoded differently from 16 items on. */
const listOf = <Item>(item: fc.Arbitrary<Item>) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.array(item, { maxLength: 4 }) },
    { weight: 1, arbitrary: fc.array(item, { minLength: 15, maxLength: 17 }) },
  )

const objectOf = (item: fc.Arbitrary<unknown>, keys: fc.Arbitrary<string>) =>
  fc.dictionary(keys, item, { maxKeys: 5, noNullPrototype: true })

/** Many objects of one shape. */
const recordsOf = (item: fc.Arbitrary<unknown>, keys: fc.Arbitrary<string>) =>
  fc
    .uniqueArray(keys, { maxLength: 5 })
    .chain((names) => listOf(fc.tuple(...names.map((name) => fc.tuple(fc.constant(name), item)))))
    .map((rows) => rows.map((row) => Object.fromEntries(row)))

const options = { maxDepth: 4, depthSize: 'xsmall', withCrossShrink: true } as const

/** Values that JSON does not change. */
export const jsonValues: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(options, jsonLeaf, objectOf(tie('value'), key), listOf(tie('value')), recordsOf(tie('value'), key)),
})).value

export const values: fc.Arbitrary<unknown> = fc
  .letrec((tie) => {
    const value = tie('value')
    return {
      value: fc.oneof(
        options,
        leaf,
        objectOf(value, key),
        recordsOf(value, key),
        listOf(value),
        listOf(value).map((items) => new Set(items)),
        listOf(fc.tuple(value, value)).map((entries) => new Map(entries)),
      ),
    }
  })
  .value.map((value) => value ?? null)
