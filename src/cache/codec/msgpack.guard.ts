/**
 * Checks that a payload is MessagePack as msgpack.ts encodes it, before msgpackr decodes it. msgpackr trusts its input:
 * a small payload can block the process for seconds or slow down all later decodes, and others decode to values that no
 * encoder made, such as RegExp or Error. Evidence and alternatives: docs/decisions/0048-msgpack-guard.md.
 *
 * The format: https://github.com/msgpack/msgpack/blob/master/spec.md, and msgpackr's extensions (its unpack.js).
 */
import { maxDepth } from './depth.ts'
import { checkEnd, openBundle, resetBundle, useBundledString } from './msgpack.bundle.ts'
import { byte, closePayload, openPayload, peek, refuse, skip, skipString, uint16, uint32 } from './msgpack.cursor.ts'
import { escapeType } from './msgpack.escape.ts'

const bundleType = 0x62

/** The number of keys of each record shape, by the number of the shape; -1 if the payload does not define it. */
const keysOfShape = new Int32Array(64)
let shapeKeys = 0

/**
 * Checks that `payload` from `offset` on is exactly one value. Throws RangeError otherwise. Returns the cost of its
 * record shapes: 1 per definition and 1 per key.
 */
export function checkMsgpack(payload: Buffer, offset: number): number {
  openPayload(payload, offset)
  resetBundle()
  keysOfShape.fill(-1)
  shapeKeys = 0
  try {
    checkValue(0)
    checkEnd(payload.length)
    return shapeKeys
  } finally {
    closePayload()
  }
}

function checkValue(depth: number): void {
  const items = itemsOf(byte())
  if (items === 0) return
  if (items < 0 || depth === maxDepth) refuse()
  for (let left = items; left > 0; left--) checkValue(depth + 1)
}

/** Checks the value that begins with `token`, except its items, and returns how many items it has. */
function itemsOf(token: number): number {
  if (token === 0xc1) return itemsOfBundledString()
  if (token < 0x40 || token >= 0xe0) return 0 // a small integer
  if (token < 0x80) return keysOfShape[token - 0x40] as number // a record
  if (token < 0x90) return 2 * (token - 0x80) // a Map
  if (token < 0xa0) return token - 0x90 // an array
  if (token < 0xc0) return skipLeaf(token - 0xa0) // a string
  switch (token) {
    case 0xc0: // null
    case 0xc2: // false
    case 0xc3: // true
      return 0
    case 0xc4: // bytes
    case 0xd9: // a string
      return skipLeaf(byte())
    case 0xc5: // bytes
    case 0xda: // a string
      return skipLeaf(uint16())
    case 0xc6: // bytes
    case 0xdb: // a string
      return skipLeaf(uint32())
    case 0xcc: // integers of 8 bits
    case 0xd0:
      return skipLeaf(1)
    case 0xcd: // integers of 16 bits
    case 0xd1:
      return skipLeaf(2)
    case 0xce: // integers of 32 bits
    case 0xd2:
      return skipLeaf(4)
    case 0xcb: // a double
    case 0xcf: // bigints of 64 bits
    case 0xd3:
      return skipLeaf(8)
    case 0xdc: // an array
      return uint16()
    case 0xdd:
      return uint32()
    case 0xde: // a Map
      return 2 * uint16()
    case 0xdf:
      return 2 * uint32()
    case 0xd4:
      return itemsOfPrefixed(byte(), byte())
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return itemsOfExtension(2 ** (token - 0xd4))
    case 0xc7:
      return itemsOfExtension(byte())
    case 0xc8:
      return itemsOfExtension(uint16())
    case 0xc9:
      return itemsOfExtension(uint32())
    default:
      return refuse()
  }
}

/** Of an extension of one byte. Most are a type and a filler before another value. */
function itemsOfPrefixed(type: number, argument: number): number {
  switch (type) {
    case 0x00: // undefined
    case 0x42: // a bigint
    case 0xff: // an invalid Date
      return 0
    case 0x72: // the definition of a record shape, then the first record
      return defineShape(argument)
    case 0x73: // a Set
      return isArray(peek()) ? itemsOf(byte()) : refuse()
    case escapeType:
      return isArray(peek()) || peek() === 0xc0 || (peek() >= 0xc4 && peek() <= 0xc6) ? itemsOf(byte()) : refuse()
    default:
      return refuse()
  }
}

/** Returns the number of keys, which is the number of items of the first record. */
function defineShape(id: number): number {
  if (id < 0x40 || id >= 0x80 || !isArray(peek())) refuse()
  const keys = itemsOf(byte())
  for (let left = keys; left > 0; left--) checkKey(byte())
  keysOfShape[id - 0x40] = keys
  shapeKeys += 1 + keys
  return keys
}

/** Accepts strings only. msgpackr accepts other values as well, and decodes the token of a record as a number here. */
function checkKey(token: number): void {
  if (token === 0xc1) useBundledString()
  else if (token === 0xd6) checkBundleHead(4, byte())
  else if (token === 0xc8) checkBundleHead(uint16(), byte())
  else skipString(token)
}

function itemsOfExtension(length: number): number {
  const type = byte()
  switch (type) {
    case bundleType:
      checkBundleHead(length, type)
      return 0
    case 0x74: // a typed array; 1 is Uint8Array
      return peek() === 1 ? skipLeaf(length) : refuse()
    case 0xff: // a Date
      return length === 4 || length === 8 || length === 12 ? skipLeaf(length) : refuse()
    case 0x42: // a bigint
      return skipLeaf(length)
    default:
      return refuse()
  }
}

/** Checks the head of a string bundle, and the reference to the first string, which follows. */
function checkBundleHead(length: number, type: number): void {
  if (type !== bundleType) refuse()
  openBundle(length)
  if (byte() !== 0xc1) refuse()
  useBundledString()
}

function itemsOfBundledString(): number {
  useBundledString()
  return 0
}

function skipLeaf(bytes: number): number {
  skip(bytes)
  return 0
}

function isArray(token: number): boolean {
  return (token >= 0x90 && token < 0xa0) || token === 0xdc || token === 0xdd
}
