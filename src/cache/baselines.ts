/** The baselines that the engine is compared with: no cache (CACHE_MODE=off) and a plain GET/SET cache (naive). */

import type { Engine } from './engine.ts'
import { CacheError, DecodeError } from './errors.ts'
import { combineOutcomes, type ReadOutcome } from './insight/read-outcome.ts'
import type { Aside, AsideOptions } from './options.ts'
import { shortenKey } from './redis/keys.ts'
import { createStore } from './redis/store.ts'
import { naiveTtlMs } from './tiers.ts'

/** Creates a cache that stores nothing: every read loads. */
export function createUncached<Input, Value>(
  { loads }: Engine,
  cache: string,
  { load, loadMany, loadTimeoutMs = 5_000 }: AsideOptions<Input, Value>,
): Aside<Input, Value> {
  const loadOne = async (input: Input, outcome?: ReadOutcome) => {
    if (outcome) Object.assign(outcome, { cache, status: 'bypass' } satisfies ReadOutcome)
    return (await loads.run(cache, loadTimeoutMs, (context) => load(input, context))).value
  }
  const loadAll = async (inputs: Input[]) =>
    loadMany
      ? (await loads.run(cache, loadTimeoutMs, (context) => loadMany(inputs, context), inputs.length)).value
      : Promise.all(inputs.map((input) => loadOne(input)))
  return {
    get: loadOne,
    getMany: (inputs, outcome) => {
      if (outcome) Object.assign(outcome, { cache, status: 'bypass' } satisfies ReadOutcome)
      return inputs.length === 0 ? Promise.resolve([]) : loadAll([...inputs])
    },
    peek: () => undefined,
    invalidate: async () => true,
    clear: async () => true,
    refresh: async () => false,
    nearBytes: () => 0,
  }
}

/** Creates a cache of GET, load and SET with one TTL. No single flight, fence, jitter or invalidation. */
export function createNaive<Input, Value>(
  engine: Engine,
  cache: string,
  options: AsideOptions<Input, Value>,
): Aside<Input, Value> {
  const { events, keys, clock } = engine
  const codec = options.sealed ? engine.sealedCodec : engine.codec
  if (!codec) throw new CacheError(`Cache "${cache}" is sealed, but there is no key. Set CACHE_SEAL_KEY.`)
  const store = createStore(engine, cache)
  const source = createUncached(engine, cache, options)
  const get = async (input: Input, outcome: ReadOutcome = {}) => {
    outcome.cache = cache
    const key = shortenKey(options.key(input))
    const startedAt = clock.now()
    const place = { cache, key }
    const valueKey = keys.ofCache(cache, options.schema).value(key)
    const payload = await store.get(valueKey)
    if (payload) {
      try {
        const value = codec.decode(payload, 0, place) as Value
        events.emit({ type: 'hit', cache, negative: false, durationMs: clock.now() - startedAt })
        outcome.status = 'hit'
        return value
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        events.emit({ type: 'decode-error', cache, error })
      }
    }
    events.emit({ type: 'miss', cache })
    outcome.status = 'miss'
    const value = await source.get(input)
    if (value !== null) {
      const bytes = codec.encode(value, place)
      await store.set(valueKey, bytes, naiveTtlMs)
      events.emit({ type: 'fill', cache, bytes: bytes.length, ttlMs: naiveTtlMs })
    }
    events.emit({ type: 'missed', cache, durationMs: clock.now() - startedAt })
    return value
  }
  return {
    ...source,
    get,
    getMany: async (inputs, outcome) => {
      const outcomes = inputs.map((): ReadOutcome => ({}))
      const values = await Promise.all(inputs.map((input, index) => get(input, outcomes[index])))
      if (outcome) Object.assign(outcome, combineOutcomes(outcomes, cache))
      return values
    },
  }
}
