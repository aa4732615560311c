/**
 * Is this msgpack as codec.msgpack.ts writes it? msgpackr's decoder trusts its input: a few bytes can make it read the
 * same megabyte a hundred thousand times, print all it has read into an error, or build regular expressions and cycles.
 * So each payload is scanned first, once, from start to end, and nothing but our own kinds gets through.
 */
import { maxDepth } from './depth.ts'
import { rewrittenType } from './msgpack.rewritten.ts'

// What scanToken answers instead of a number of children.
const refused = -1
/** It was the tag of a value, which follows. */
const tag = -2

// The state of the scan. One for all, since nothing here waits or calls back: a scan allocates nothing.
const nothing = new Uint8Array()
let bytes: Uint8Array = nothing
let at = 0
/** How many values are to come on each level above. */
const levels = new Float64Array(maxDepth)
/** How many properties the records have that are defined so far, by their number. */
const shapes = new Float64Array(64)
/** Most strings lie in bundles behind their place, each of two strings: a wide one, and one of ASCII only. */
const bundle = { start: -1, end: -1, wideLeft: 0, asciiLeft: 0 }

/** Whether `payload` from `offset` on is exactly one value. May throw RangeError when it ends too early. */
export function isOurMsgpack(payload: Buffer, offset: number): boolean {
  bytes = payload
  at = offset
  bundle.start = -1
  shapes.fill(refused)
  try {
    return scanValue() && (bundle.start < 0 ? at === bytes.length : isBundleOver(at) && bundle.end === bytes.length)
  } finally {
    bytes = nothing
  }
}

/** Scans one value with all that is in it. False as soon as something is not ours. */
function scanValue(): boolean {
  let depth = 0
  let left = 1 // values to come on this level
  while (left > 0 || depth > 0) {
    if (left === 0) {
      left = levels[--depth] as number
      continue
    }
    const token = byte()
    // The two kinds that most tokens are come first: a string out of a bundle, and a small integer.
    const children = token === 0xc1 ? scanBundled(int()) : token < 0x40 ? 0 : scanToken(token)
    if (children === tag) continue
    left--
    if (children === 0) continue
    if (children < 0 || depth === maxDepth) return false
    levels[depth++] = left
    left = children
  }
  return true
}

function scanToken(token: number): number {
  if (token < 0x40 || token >= 0xe0) return 0 // a small integer
  if (token < 0x80) return shapes[token - 0x40] as number
  if (token < 0x90) return 2 * (token - 0x80)
  if (token < 0xa0) return token - 0x90
  if (token < 0xc0) return skip(token - 0xa0)
  switch (token) {
    case 0xc0: // null
    case 0xc2: // false
    case 0xc3: // true
      return 0
    case 0xc4: // bytes
    case 0xd9: // a string
      return skip(byte())
    case 0xc5:
    case 0xda:
      return skip(uint16())
    case 0xc6:
    case 0xdb:
      return skip(uint32())
    case 0xc7:
      return scanExtension(byte())
    case 0xc8:
      return scanExtension(uint16())
    case 0xc9:
      return scanExtension(uint32())
    case 0xcc: // integers
    case 0xd0:
      return skip(1)
    case 0xcd:
    case 0xd1:
      return skip(2)
    case 0xce:
    case 0xd2:
      return skip(4)
    case 0xcb: // a number, or a bigint
    case 0xcf:
    case 0xd3:
      return skip(8)
    case 0xd4:
      return scanTag(byte())
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return scanExtension(2 ** (token - 0xd4))
    case 0xdc: // an array
      return uint16()
    case 0xdd:
      return uint32()
    case 0xde: // a Map
      return 2 * uint16()
    case 0xdf:
      return 2 * uint32()
    default:
      return refused
  }
}

/** The extensions of one byte: mostly a type and a filler, and then a value. */
function scanTag(type: number): number {
  const argument = byte()
  switch (type) {
    case 0x00: // undefined
    case 0x42: // a bigint
    case 0xff: // an invalid Date
      return 0
    case 0x72: // a new shape of records: its keys, then the values of the first of them
      return isArray(peek()) ? defineShape(argument, scanToken(byte())) : refused
    case 0x73: // a Set: an array follows
      return isArray(peek()) ? tag : refused
    case rewrittenType:
      return isArray(peek()) || peek() === 0xc0 || (peek() >= 0xc4 && peek() <= 0xc6) ? tag : refused
    default:
      return refused
  }
}

function defineShape(id: number, properties: number): number {
  if (id < 0x40 || id >= 0x80) return refused
  for (let left = properties; left > 0; left--) if (!scanKey(byte())) return refused
  shapes[id - 0x40] = properties
  return properties
}

/** Strings and nothing else: msgpackr would take numbers, too, but reads a record's number differently here. */
function scanKey(token: number): boolean {
  if (token === 0xc1) return scanBundled(int()) === 0
  if (isString(token)) return scanToken(token) === 0
  const isHead = (token === 0xd6 || token === 0xc8) && scanToken(token) === tag
  return isHead && scanKey(byte())
}

function scanExtension(length: number): number {
  const type = byte()
  const start = at
  at += length
  switch (type) {
    case 0x42: // a bigint
      return 0
    case 0x62:
      return openBundle(start, length)
    case 0x74: // a typed array; 1 is Uint8Array
      return bytes[start] === 1 ? 0 : refused
    case 0xff: // a Date
      return length === 4 || length === 8 || length === 12 ? 0 : refused
    default:
      return refused
  }
}

/**
 * The head of a bundle: where its strings lie, from here. All but the first head hold the strings of the bundle before.
 * The first string of the new bundle follows.
 */
function openBundle(start: number, length: number): number {
  const next = start + length
  const isNext = bundle.start < 0 ? length === 4 : isBundleOver(start + 4) && bundle.end === next
  if (!isNext) return refused
  at = start
  bundle.start = start + uint32()
  at = bundle.start
  bundle.wideLeft = skipString()
  bundle.asciiLeft = skipString()
  bundle.end = at
  at = next
  return peek() === 0xc1 ? tag : refused
}

/** Whether the bundle's strings begin at `position` and have all been used. */
function isBundleOver(position: number): boolean {
  return bundle.start === position && bundle.asciiLeft === 0
}

/** A string out of the bundle: positive lengths are of ASCII, negative ones of the wide string, in UTF-16 units. */
function scanBundled(length: number): number {
  if (bundle.start < 0) return refused
  if (length > 0) bundle.asciiLeft -= length
  else bundle.wideLeft += length // that one is counted in bytes: a unit has at least one
  return bundle.asciiLeft >= 0 && bundle.wideLeft >= 0 ? 0 : refused // NaN: that was no length
}

/** Answers its length in bytes; NaN, which gets nowhere, if it is none. */
function skipString(): number {
  const start = at
  const token = byte()
  if (!isString(token) || scanToken(token) !== 0) return Number.NaN
  return at - start - (token < 0xc0 ? 1 : 1 + 2 ** (token - 0xd9))
}

function isString(token: number): boolean {
  return (token >= 0xa0 && token < 0xc0) || (token >= 0xd9 && token <= 0xdb)
}

function isArray(token: number): boolean {
  return (token >= 0x90 && token < 0xa0) || token === 0xdc || token === 0xdd
}

function int(): number {
  const token = byte()
  if (token < 0x40) return token
  if (token >= 0xe0) return token - 0x100
  if (token === 0xcc) return byte()
  if (token === 0xcd) return uint16()
  if (token === 0xd0) return (byte() << 24) >> 24
  if (token === 0xd1) return (uint16() << 16) >> 16
  return Number.NaN
}

function byte(): number {
  if (at >= bytes.length) throw new RangeError('Too short.')
  return bytes[at++] as number
}

function peek(): number {
  return bytes[at] ?? refused
}

function uint16(): number {
  return (byte() << 8) | byte()
}

function uint32(): number {
  return uint16() * 0x10000 + uint16()
}

function skip(length: number): 0 {
  at += length
  return 0
}
