/** What the cache is compared with: no cache at all, and what most code does. CACHE_MODE=off and naive. */

import type { Engine } from './engine.ts'
import { CacheError, DecodeError } from './errors.ts'
import { type Note, sumUp } from './insight/read-outcome.ts'
import type { Aside, AsideOptions } from './options.ts'
import { shortKey } from './redis/keys.ts'
import { createStore } from './redis/store.ts'
import { naiveTtlMs } from './tiers.ts'

/** Every read goes to the source. */
export function createUncached<Input, Value>(
  { loads }: Engine,
  cache: string,
  { load, loadMany, loadTimeoutMs = 5_000 }: AsideOptions<Input, Value>,
): Aside<Input, Value> {
  const one = async (input: Input, note?: Note) => {
    if (note) Object.assign(note, { cache, outcome: 'bypass' } satisfies Note)
    return (await loads.run(cache, loadTimeoutMs, (context) => load(input, context))).value
  }
  const many = async (inputs: Input[]) =>
    loadMany
      ? (await loads.run(cache, loadTimeoutMs, (context) => loadMany(inputs, context), inputs.length)).value
      : Promise.all(inputs.map((input) => one(input)))
  return {
    get: one,
    getMany: (inputs, note) => {
      if (note) Object.assign(note, { cache, outcome: 'bypass' } satisfies Note)
      return inputs.length === 0 ? Promise.resolve([]) : many([...inputs])
    },
    peek: () => undefined,
    invalidate: async () => true,
    clear: async () => true,
    refresh: async () => false,
    nearBytes: () => 0,
  }
}

/** GET; on a miss load and SET, with one TTL for everything. Nothing is shared, fenced, jittered or invalidated. */
export function createNaive<Input, Value>(
  engine: Engine,
  cache: string,
  options: AsideOptions<Input, Value>,
): Aside<Input, Value> {
  const { events, keys, clock } = engine
  const codec = options.sealed ? engine.sealedCodec : engine.codec
  if (!codec) throw new CacheError(`Cache "${cache}" is sealed, and there is no key: set CACHE_SEAL_KEY.`)
  const store = createStore(engine, cache)
  const source = createUncached(engine, cache, options)
  const get = async (input: Input, note: Note = {}) => {
    note.cache = cache
    const key = shortKey(options.key(input))
    const started = clock.now()
    const where = { cache, key }
    const name = keys.value(keys.entry(cache, key))
    const payload = await store.get(name)
    if (payload) {
      try {
        const value = codec.decode(payload, 0, where) as Value
        events.emit({ type: 'hit', cache, negative: false, durationMs: clock.now() - started })
        note.outcome = 'hit'
        return value
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        events.emit({ type: 'decode-error', cache, error })
      }
    }
    events.emit({ type: 'miss', cache })
    note.outcome = 'miss'
    const value = await source.get(input)
    if (value !== null) {
      const bytes = codec.encode(value, where)
      await store.set(name, bytes, naiveTtlMs)
      events.emit({ type: 'fill', cache, bytes: bytes.length, ttlMs: naiveTtlMs })
    }
    events.emit({ type: 'missed', cache, durationMs: clock.now() - started })
    return value
  }
  return {
    ...source,
    get,
    getMany: async (inputs, note) => {
      const notes = inputs.map((): Note => ({}))
      const values = await Promise.all(inputs.map((input, index) => get(input, notes[index])))
      if (note) Object.assign(note, sumUp(notes, cache))
      return values
    },
  }
}
