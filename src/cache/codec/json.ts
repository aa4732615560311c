/** The codec of most payloads: JSON, for the values that come out of it as they went in. */

import { DecodeError } from '../errors.ts'
import { isDeeper, maxDepth } from './depth.ts'

export const jsonByte = 0x6a // j

/**
 * Whether JSON carries `value` unchanged in fewer than about `limit` bytes; looks no further than that, and allocates
 * nothing. Not looked at, and lost: symbols as keys, hidden properties, and properties of an array beside its elements.
 */
export function fitsJson(value: unknown, limit: number): boolean {
  return weigh(value, limit, maxDepth) > 0
}

export function encodeJson(value: unknown): Buffer {
  return Buffer.from(`j${JSON.stringify(value)}`)
}

/** Decodes the JSON in `payload` from `offset` on; `cache` is for the error. Throws DecodeError. */
export function decodeJson(payload: Buffer, offset: number, cache: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(payload.toString('utf8', offset))
  } catch {
    throw new DecodeError(`A payload of cache "${cache}" is not JSON.`) // the cause would quote it: it may be a secret
  }
  if (isDeeper(value, maxDepth)) throw new DecodeError(`A payload of cache "${cache}" nests deeper than any of ours.`)
  return value
}

/** What is left of `bytes` after `value`, were it all ASCII; 0 or less if that is too little, or JSON not its codec. */
function weigh(value: unknown, bytes: number, levels: number): number {
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
      return Array.isArray(value) ? weighArray(value, bytes - 2, levels) : weighObject(value, bytes - 2, levels)
    default:
      return 0
  }
}

function weighArray(array: readonly unknown[], bytes: number, levels: number): number {
  if (Object.getPrototypeOf(array) !== Array.prototype) return 0
  let left = bytes
  for (let index = 0; index < array.length && left > 0; index++) left = weigh(array[index], left, levels - 1)
  return left
}

function weighObject(object: object, bytes: number, levels: number): number {
  if (Object.getPrototypeOf(object) !== Object.prototype) return 0
  let left = bytes
  for (const key in object) {
    if (left <= 0) return 0
    left = weigh(object[key as keyof typeof object], left - key.length - 3, levels - 1)
  }
  return left
}
