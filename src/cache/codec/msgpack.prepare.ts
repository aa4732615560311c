/** The last look at a value before msgpackr gets it: refuses what it can't carry, rewrites what it would change. */

import { CacheError } from '../errors.ts'
import { maxDepth } from './depth.ts'
import { isHardKey, isHardText, Rewritten, rewriteText } from './msgpack.rewritten.ts'

/** In bytes, about: bigger ones stop Redis, and us. Also ends the walk of a value that holds others many times over. */
const maxSize = 64 * 1024 * 1024

type Key = string | number

// The state of the walk. One for all, since nothing here waits.
let cache = ''
let size = 0
const path: Key[] = []

/**
 * `value` itself, or a copy if something in it had to be rewritten. Throws CacheError, for which `cacheName` is, for
 * functions, symbols, cycles, instances of classes other than Date, Buffer, Uint8Array, Map and Set, objects without a
 * prototype, arrays with holes, and what is too deep or too big.
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
  switch (typeof value) {
    case 'string':
      size += value.length
      return isHardText(value) ? rewriteText(value) : value
    case 'number':
      return Object.is(value, -0) ? new Rewritten(null) : value
    case 'bigint':
    case 'boolean':
    case 'undefined':
      return value
    case 'object': {
      if (value === null) return null
      path.push(key)
      size += 8
      if (path.length > maxDepth) throw refusal(`More than ${maxDepth} levels, or a cycle,`)
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
    if (isHardKey(key)) return new Rewritten(prepareItems(Object.entries(object).flat()))
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
  if (size > maxSize) throw new CacheError(`More than ${maxSize} bytes can't be kept in cache "${cache}".`)
}

function refusal(what: string): CacheError {
  const [, ...outermost] = path.slice(0, 9)
  const where = outermost.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
  const more = path.length > 9 ? '…' : ''
  return new CacheError(`${what} at ${where + more || 'the top'} can't be kept in cache "${cache}".`)
}

function className(instance: object): string {
  const made: unknown = instance.constructor
  return (typeof made === 'function' && made.name) || 'an unnamed class'
}
