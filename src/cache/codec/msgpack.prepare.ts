/** Walks a value before msgpackr encodes it: refuses what msgpackr cannot encode, escapes what it would change. */

import { CacheError } from '../errors.ts'
import { maxDepth } from './depth.ts'
import { Escape, escapeText, keyNeedsEscape, needsEscape } from './msgpack.escape.ts'

/**
 * In bytes, estimated. Larger values block Redis and this process. The limit also ends the walk of a small object graph
 * that expands to a huge tree, because its nodes are shared.
 */
const maxSize = 64 * 1024 * 1024

/** How many keys of the path an error message contains. */
const maxPathInMessage = 8

type Key = string | number

// The state of the walk. One per process: the walk is synchronous.
let cache = ''
let size = 0
const path: Key[] = []

/**
 * Returns `value` itself, or a copy if a part of it needs escaping. Throws CacheError, whose message contains
 * `cacheName`, for functions, symbols, cycles, instances of classes other than Date, Buffer, Uint8Array, Map and Set,
 * objects without a prototype, sparse arrays, and values that are too deep or too large.
 */
export function prepare(value: unknown, cacheName: string): unknown {
  cache = cacheName
  size = 0
  path.length = 0
  const prepared = prepareAt('', value)
  checkSize()
  return prepared
}

function prepareAt(key: Key, value: unknown): unknown {
  if (path.length > maxDepth) throw refusal(`More than ${maxDepth} levels, or a cycle,`)
  switch (typeof value) {
    case 'string':
      size += value.length
      return needsEscape(value) ? escapeText(value) : value
    case 'number':
      return Object.is(value, -0) ? new Escape(null) : value
    case 'bigint':
    case 'boolean':
    case 'undefined':
      return value
    case 'object': {
      if (value === null) return null
      path.push(key)
      size += 8
      checkSize()
      const prepared = prepareObject(value)
      path.pop()
      return prepared
    }
    default:
      path.push(key)
      throw refusal(`A ${typeof value}`)
  }
}

function prepareObject(object: object): unknown {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype === Object.prototype) return prepareProperties(object as Record<string, unknown>)
  if (prototype === Array.prototype) return prepareItems(object as unknown[])
  if (prototype === Date.prototype) return object
  if (prototype === Buffer.prototype || prototype === Uint8Array.prototype) {
    size += (object as Uint8Array).length
    return object
  }
  if (prototype === Set.prototype) {
    const items = [...(object as Set<unknown>)]
    const prepared = prepareItems(items)
    return prepared === items ? object : new Set(prepared)
  }
  if (prototype === Map.prototype) {
    const map = object as Map<unknown, unknown>
    const [keys, values] = [[...map.keys()], [...map.values()]]
    const [newKeys, newValues] = [prepareItems(keys), prepareItems(values)]
    return newKeys === keys && newValues === values ? map : new Map(newKeys.map((key, at) => [key, newValues[at]]))
  }
  throw refusal(prototype === null ? 'An object without a prototype' : `An instance of ${className(object)}`)
}

function prepareItems(items: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    if (item === undefined && !(index in items)) throw refusal('A hole in the array')
    const prepared = prepareAt(index, item)
    if (Object.is(prepared, item)) continue
    copy ??= [...items]
    copy[index] = prepared
  }
  return copy ?? items
}

function prepareProperties(object: Record<string, unknown>): unknown {
  for (const key in object) {
    size += key.length
    if (keyNeedsEscape(key)) return new Escape(prepareItems(Object.entries(object).flat()))
  }
  let copy: Record<string, unknown> | undefined
  for (const key in object) {
    const item = object[key]
    const prepared = prepareAt(key, item)
    if (Object.is(prepared, item)) continue
    copy ??= { ...object }
    copy[key] = prepared
  }
  return copy ?? object
}

function checkSize(): void {
  if (size > maxSize) throw new CacheError(`A value of more than ${maxSize} bytes cannot be cached in "${cache}".`)
}

function refusal(what: string): CacheError {
  const [, ...keys] = path
  const shown = keys.slice(0, maxPathInMessage).map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
  const where = shown.join('') + (keys.length > maxPathInMessage ? '…' : '')
  return new CacheError(`${what} at ${where || 'the top level'} cannot be cached in "${cache}".`)
}

function className(instance: object): string {
  const made: unknown = instance.constructor
  return (typeof made === 'function' && made.name) || 'an unnamed class'
}
