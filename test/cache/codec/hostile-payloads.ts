/** Payloads that an attacker with write access to Redis could store, without their first byte. */

type Part = number | string | Buffer

/** Concatenates bytes, ASCII text and buffers. */
export function join(...parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part as string))))
}

const repeat = (count: number, ...parts: Part[]) => {
  const bytes = join(...parts)
  return Buffer.alloc(count * bytes.length, bytes)
}

export const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Many bundle heads that point to one long string. msgpackr decodes the string at each head. */
export function bundleBomb(heads: number, length: number): Buffer {
  const headBytes = 8
  const list = Array.from({ length: heads }, (_, index) =>
    join(0xd6, 0x62, uint32(4 + 2 + (heads - 1 - index) * headBytes), 0xc1, 0x3f),
  )
  return join(0xdd, uint32(heads), ...list, 0xdb, uint32(length), repeat(length, 'x'), 0xa0)
}

/** Many records with one long key, and one byte too many. msgpackr prints the whole value into its error message. */
export function errorBomb(records: number, keyLength: number): Buffer {
  const first = join(0xd4, 0x72, 0x40, 0x91, 0xda, keyLength >> 8, keyLength & 0xff, repeat(keyLength, 'k'), 0xc0)
  return join(0xdd, uint32(records + 1), first, repeat(records, 0x40, 0xc0), 0xc0)
}

/**
 * Nested definitions of record shapes, each used four times. msgpackr compiles a function per shape; where the stack
 * overflows in the compiler, it never compiles again. `arrays` outer arrays shift where that is.
 */
export function nestedShapes(levels: number, arrays = 0): Buffer {
  return join(repeat(arrays, 0x91), repeat(levels, 0xd4, 0x72, 0x40, 0x91, 0xa1, 'k', 0x40, 0x40, 0x40), 0xc0)
}

/** Many record shapes, each with a key of its own and used four times. This is how msgpackr encodes such objects. */
export function manyShapes(count: number): Buffer {
  const shapes = Array.from({ length: count }, (_, index) => {
    const key = index.toString(36)
    return join(0xd4, 0x72, 0x40, 0x91, 0xa0 + key.length, key, 0xc0, repeat(3, 0x40, 0xc0))
  })
  return join(0xdd, uint32(count * 4), ...shapes)
}

const head = join(0xd6, 0x62, 0, 0, 0)

export const hostileMsgpack: readonly (readonly [string, Buffer])[] = [
  ['no value', join()],
  ['a value followed by another one', join(0xc0, 0xc0)],
  ['an unused token', join(0xca, 0, 0, 0, 0)],
  ['undefined, which is never cached', join(0xd4, 0x00, 0x00)],

  ['100,000 nested arrays', join(repeat(100_000, 0x91), 0xc0)],
  ['101 nested arrays', join(repeat(101, 0x91), 0xc0)],
  ['100,000 nested Maps', join(repeat(100_000, 0x81, 0xc0), 0xc0)],
  ['100,000 nested Sets', join(repeat(100_000, 0xd4, 0x73, 0x00, 0x91), 0xc0)],
  ['Sets of Sets without arrays', join(repeat(100_000, 0xd4, 0x73, 0x00), 0x90)],
  ['100,000 nested escapes', join(repeat(100_000, 0xd4, 0x01, 0x00), 0xc0)],
  ['100,000 nested records', join(0xd4, 0x72, 0x40, 0x91, 0xa1, 'k', repeat(100_000, 0x40), 0xc0)],
  ['4,000 nested record shapes', nestedShapes(4_000)],

  ['an array of 4 billion items', join(0xdd, 0xff, 0xff, 0xff, 0xff)],
  ['90 nested arrays of 65,535 items', join(repeat(90, 0xdc, 0xff, 0xff), repeat(65_535, 0xc0))],
  ['a Map of 4 billion entries', join(0xdf, 0xff, 0xff, 0xff, 0xff)],
  ['a string of 4 GB', join(0xdb, 0xff, 0xff, 0xff, 0xff, 'x')],
  ['4 GB of bytes', join(0xc6, 0xff, 0xff, 0xff, 0xff, 'x')],
  ['a BigInt of 4 GB', join(0xc9, 0xff, 0xff, 0xff, 0xff, 0x42, 'x')],

  ['50,000 bundle heads for one string', bundleBomb(50_000, 500_000)],
  ['a bundle before its head', join(0xd6, 0x62, 0xff, 0xff, 0xff, 0xf0, 0xc1, 0x04, 0xa0, 0xa4, 'abcd')],
  ['a bundled string without a bundle', join(0xc1, 0x04)],
  ['an ASCII string longer than its bundle', join(head, 6, 0xc1, 0x05, 0xa0, 0xa4, 'abcd')],
  ['a non-ASCII string longer than its bundle', join(head, 6, 0xc1, 0xfb, 0xa4, 'abcd', 0xa0)],
  ['a bundle longer than its strings', join(head, 6, 0xc1, 0x04, 0xa0, 0xa5, 'abcde')],
  ['a bundle that no string uses', join(head, 5, 0xc0, 0xa0, 0xa0)],
  ['a bundle behind the end', join(0xd6, 0x62, 0, 0, 1, 0, 0xc1, 0x04, 0xa0, 0xa4, 'abcd')],
  ['a bundle followed by a value', join(head, 6, 0xc1, 0x04, 0xa0, 0xa4, 'abcd', 0xc0)],
  ['a bundle with two heads', join(0x92, head, 12, 0xc1, 0x04, head, 6, 0xc1, 0x04, 0xa0, 0xa4, 'abcd')],
  ['a first head with a bundle inside', join(0xd7, 0x62, 0, 0, 0, 10, 0, 0, 0, 0, 0xc1, 0x04, 0xa0, 0xa4, 'abcd')],
  ['a bundled string whose length is text', join(head, 7, 0xc1, 0xa1, '4', 0xa0, 0xa4, 'abcd')],
  ['a bundle that replaces a missing item', join(0x92, head, 6, 0xc1, 0x04, 0xa0, 0xa4, 'abcd')],

  ['a value that is quoted in an error of 3 GB', errorBomb(50_000, 60_000)],
  ['a record key that is the number of its shape', join(0xd4, 0x72, 0x40, 0x91, 0x40, 0xa1, 'v')],
  ['a record key that is a BigInt', join(0xd4, 0x72, 0x40, 0x91, 0xd6, 0x42, 0, 0, 0, 1, 0xa1, 'v')],
  ['a record of an undefined shape', join(0x40)],
  ['a record of a shape of the payload before', join(0x41)],
  ['a record shape with an invalid number', join(0xd4, 0x72, 0x00, 0x91, 0xa1, 'k', 0xc0)],
  ['a record shape without an array of keys', join(0xd4, 0x72, 0x40, 0xc0)],
  ['a record shape with a number of two bytes', join(0xd5, 0x72, 0x40, 0x00, 0x91, 0xa1, 'k', 0xc0)],
  ['a reference to nothing', join(0xd6, 0x70, 0, 0, 0, 1)],
  ['an array that contains itself', join(0xd6, 0x69, 0, 0, 0, 1, 0x91, 0xd6, 0x70, 0, 0, 0, 1)],
  ['half a property of an escaped object', join(0xd4, 0x01, 0x00, 0x91, 0xa1, 'k')],
  ['an escaped object with a number as key', join(0xd4, 0x01, 0x00, 0x92, 0x01, 0x01)],
  ['an escaped string', join(0xd4, 0x01, 0x00, 0xa1, 'k')],

  ['a RegExp', join(0xd4, 0x78, 0x00, 0x92, 0xa4, '(a+)', 0xa0)],
  ['an Error', join(0xd4, 0x65, 0x00, 0x93, 0xa5, 'Error', 0xa1, 'm', 0xc0)],
  ['a Float64Array', join(0xc7, 0x09, 0x74, 0x08, repeat(8, 0))],
  ['an ArrayBuffer', join(0xc7, 0x09, 0x74, 0x10, repeat(8, 0))],
  ['a Set of the letters of a string', join(0xd4, 0x73, 0x00, 0xa2, 'ab')],
  ['a Date of five bytes', join(0xc7, 0x05, 0xff, repeat(5, 0))],
  ['an unknown extension', join(0xd4, 0x07, 0x00)],
]
