/**
 * Compares the cached value of a key with its source. Reads beside the cache: nothing is counted, filled or healed. The
 * same question as Meta's Polaris asks beside its caches (engineering.fb.com, "Cache made consistent", 2022).
 */
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Engine } from '../engine.ts'
import type { Entries } from '../entries.ts'
import { RedisUnavailableError } from '../errors.ts'
import type { AsideOptions } from '../options.ts'
import type { Compare, Path } from './inconsistency.ts'

/** Returns undefined if the cache can't turn a key back into an input (`fromKey`). */
export function createCompare<Input, Value>(
  engine: Engine,
  cache: string,
  entries: Entries<Value>,
  options: AsideOptions<Input, Value>,
): Compare | undefined {
  const { fromKey, load, version, loadTimeoutMs = 5_000 } = options
  const codec = options.sealed ? engine.sealedCodec : engine.codec
  if (!fromKey || !codec) return undefined

  /** Loads from the source, and encodes and decodes the value as the cache would. */
  const ask = async (key: string): Promise<Value | null> => {
    const value = await load(fromKey(key), { signal: AbortSignal.timeout(loadTimeoutMs) })
    const where = { cache, key }
    return value === null ? null : (codec.decode(codec.encode(value, where), 0, where) as Value)
  }
  const look = async (key: string): Promise<Map<Path, Value | null>> => {
    const answers = new Map<Path, Value | null>()
    const near = entries.near?.get(key)
    if (near !== undefined) answers.set('near', near)
    const found = await entries.evaluate(await entries.store.get(entries.keys.value(key)), key)
    if (found.state === 'unavailable') throw new RedisUnavailableError()
    if (found.state === 'fresh') answers.set('redis', found.envelope.value)
    return answers
  }
  const isOlder = (cached: Value | null | undefined, source: Value | null) => {
    if (cached === undefined) return false
    if (cached === null || source === null) return cached !== source
    return version ? version(cached) < version(source) : !isDeepStrictEqual(cached, source)
  }
  const versionOf = (value: Value | null | undefined) => (value ? (version?.(value) ?? null) : null)

  return async (key, pauseMs) => {
    const source = await ask(key) // first: no answer of the cache after this may be older
    const suspects = Array.from(await look(key)).filter(([, cached]) => isOlder(cached, source))
    if (suspects.length === 0) return undefined
    await delay(pauseMs, undefined, { ref: false })
    const later = await ask(key)
    if ((!version || later === null || source === null) && !isDeepStrictEqual(later, source)) return undefined
    const answers = await look(key)
    for (const [path] of suspects) {
      const cached = answers.get(path)
      if (isOlder(cached, source)) return { path, cached: versionOf(cached), source: versionOf(source) }
    }
    return undefined
  }
}
