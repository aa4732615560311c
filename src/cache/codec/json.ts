/** The codec of most payloads: JSON, for values that JSON does not change. */

import { DecodeError } from '../errors.ts'
import { isDeeper, maxDepth } from './depth.ts'

export const jsonByte = 0x6a // j

/**
 * Returns whether JSON encodes `value` without change in fewer than about `maxBytes` bytes. Stops at the limit and
 * allocates nothing. Ignores symbol keys, non-enumerable properties, and properties of an array other than its elements;
 * JSON loses them.
 */
export function fitsJson(value: unknown, maxBytes: number): boolean {
  return bytesLeft(value, maxBytes, maxDepth) > 0
}

export function encodeJson(value: unknown): Buffer {
  return Buffer.from(`j${JSON.stringify(value)}`)
}

/** Decodes the JSON in `payload` from `offset` on. `cache` is for the error message. Throws DecodeError. */
export function decodeJson(payload: Buffer, offset: number, cache: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(payload.toString('utf8', offset))
  } catch {
    throw new DecodeError(`A payload of cache "${cache}" is not JSON.`) // without the cause, which quotes the payload
  }
  if (isDeeper(value, maxDepth)) {
    throw new DecodeError(`A payload of cache "${cache}" nests deeper than ${maxDepth} levels.`)
  }
  return value
}

/**
 * Returns how many of `bytes` are left after the JSON of `value`, if all its text were ASCII. Returns 0 or less if they
 * do not suffice, or if JSON would change the value.
 */
function bytesLeft(value: unknown, bytes: number, levels: number): number {
  switch (typeof value) {
    case 'string':
      return bytes - value.length - 3
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? bytes - 5 : 0
    case 'boolean':
      return bytes - 5
    case 'object':
      if (value === null) return bytes - 5
      if (levels === 0) return 0
      return Array.isArray(value)
        ? bytesAfterArray(value, bytes - 2, levels)
        : bytesAfterObject(value, bytes - 2, levels)
    default:
      return 0
  }
}

function bytesAfterArray(array: readonly unknown[], bytes: number, levels: number): number {
  if (Object.getPrototypeOf(array) !== Array.prototype) return 0
  let left = bytes
  for (let index = 0; index < array.length && left > 0; index++) left = bytesLeft(array[index], left, levels - 1)
  return left
}

function bytesAfterObject(object: object, bytes: number, levels: number): number {
  if (Object.getPrototypeOf(object) !== Object.prototype) return 0
  let left = bytes
  for (const key in object) {
    if (left <= 0) return 0
    left = bytesLeft(object[key as keyof typeof object], left - key.length - 3, levels - 1)
  }
  return left
}
