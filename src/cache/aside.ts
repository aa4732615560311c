/**
 * Cache-aside: ask the cache; on a miss load from the source, store the value, and return it. Start reading the engine
 * here. The near cache and the single flight come first; then read.ts goes to Redis, and entries.ts evaluates what it
 * finds. No decision about leases or expiry is made here.
 */

import { createLoadBatch } from './coalescing/load-batch.ts'
import type { LoadContext, LoadResult } from './coalescing/loads.ts'
import { createSingleFlight, type Retry, type SingleFlight } from './coalescing/single-flight.ts'
import type { Engine } from './engine.ts'
import { createEntries, type Entries } from './entries.ts'
import { CacheError } from './errors.ts'
import type { InvalidationSource } from './events.ts'
import type { Source } from './fenced-load.ts'
import { createCompare } from './insight/compare.ts'
import { combineOutcomes, type ReadOutcome } from './insight/read-outcome.ts'
import type { Aside, AsideOptions } from './options.ts'
import { createReader } from './read.ts'
import { namesOfEntry, shortenKey } from './redis/keys.ts'

/** The parts of a cache-aside that write-through builds on. */
export interface AsideParts<Input, Value> {
  aside: Aside<Input, Value>
  entries: Entries<Value>
  singleFlight: SingleFlight<Value | null>
  keyOf(input: Input): string
}

export function createAside<Input, Value>(
  engine: Engine,
  cache: string,
  options: AsideOptions<Input, Value>,
): AsideParts<Input, Value> {
  const { events, switches, loads, tags, clock } = engine
  const { loadTimeoutMs = 5_000 } = options
  const entries = createEntries<Input, Value>(engine, cache, options)
  const { near, store, keys } = entries
  const singleFlight = createSingleFlight<Value | null>(tags.epoch)
  const reader = createReader<Input, Value>(engine, cache, entries, options)
  const keyOf = (input: Input) => shortenKey(options.key(input))
  const onInvalidated = (key: string) => {
    singleFlight.forget(key)
    engine.reportChange(cache, key)
  }
  engine.announcements.subscribe(cache, onInvalidated, singleFlight.forgetAll)
  const nearHit = { type: 'near-hit', cache } as const
  const isCoalescing = switches.isOn('coalescing')

  const load = (input: Input) => loads.run(cache, loadTimeoutMs, (context) => options.load(input, context))
  const loadMany = (inputs: Input[]): Promise<LoadResult<(Value | null)[]>> =>
    loads.run(cache, loadTimeoutMs, (context) => loadAll(inputs, context), inputs.length)
  const loadAll = async (inputs: Input[], context: LoadContext) => {
    const loadEach = () => Promise.all(inputs.map((input) => options.load(input, context)))
    const values = await (options.loadMany?.(inputs, context) ?? loadEach())
    if (values.length !== inputs.length) {
      throw new CacheError(
        `loadMany of cache "${cache}" returned ${values.length} values for ${inputs.length} inputs: return one each.`,
      )
    }
    return values
  }

  const readNear = (key: string, outcome?: ReadOutcome): Value | null | undefined => {
    const value = near?.get(key, outcome)
    if (value === undefined) return undefined
    events.emit(nearHit)
    if (outcome) outcome.status = 'near'
    return value
  }
  const joinRead = (key: string, input: Input) => {
    if (!isCoalescing || !singleFlight.has(key)) return undefined
    const retry: Retry<Value | null> = (loaded) => {
      if (!loaded) return aside.get(input)
      // Without Redis: a caller that joined may know of a change that the load missed. One more load serves them all.
      return runRead(key, async () => (await load(input)).value).catch(() => loaded.value)
    }
    const joined = singleFlight.join(key, tags.epoch(), retry)
    if (joined) events.emit({ type: 'coalesced', cache, scope: 'process' })
    return joined
  }
  const runRead = (key: string, work: (onStillCurrent?: Source<Value>['onStillCurrent']) => Promise<Value | null>) =>
    isCoalescing ? singleFlight.run(key, tags.epoch(), work) : work()

  const aside: Aside<Input, Value> = {
    peek: (input) => readNear(keyOf(input)),
    nearBytes: () => near?.bytes() ?? 0,

    get: (input, outcome) => {
      const key = keyOf(input)
      if (outcome) outcome.cache = cache
      const value = readNear(key, outcome)
      if (value !== undefined) return Promise.resolve(value)
      const joined = joinRead(key, input)
      if (joined && outcome) outcome.status = 'collapsed'
      return (
        joined ??
        runRead(key, (onStillCurrent) =>
          reader.read(key, { requestedAt: clock.now(), load: () => load(input), onStillCurrent, outcome }),
        )
      )
    },

    getMany: async (inputs, outcome) => {
      const allKeys = inputs.map(keyOf)
      const answers = new Map<string, Value | null | Promise<Value | null>>()
      const toRead = new Map<string, { input: Input; outcome: ReadOutcome | undefined }>()
      const outcomes: ReadOutcome[] = []
      for (const [index, key] of allKeys.entries()) {
        if (answers.has(key) || toRead.has(key)) continue
        const input = inputs[index] as Input
        const keyOutcome: ReadOutcome | undefined = outcome && { status: 'collapsed' } // the read overwrites it
        if (keyOutcome) outcomes.push(keyOutcome)
        const value = readNear(key, keyOutcome)
        const answer = value === undefined ? joinRead(key, input) : value
        if (answer === undefined) toRead.set(key, { input, outcome: keyOutcome })
        else answers.set(key, answer)
      }
      const keysToRead = [...toRead.keys()]
      if (keysToRead.length > 0) {
        const nearSequence = near?.sequence() ?? 0
        const payloads = store.getMany(keysToRead.map((key) => keys.value(key)))
        const sources = createLoadBatch<Input, Value>(
          Array.from(toRead.values(), ({ input }) => input),
          clock.now(),
          loadMany,
        )
        for (const [index, key] of keysToRead.entries()) {
          const readKey = async (onStillCurrent: Source<Value>['onStillCurrent']) => {
            const found = await payloads
            const source = { ...(sources[index] as Source<Value>), onStillCurrent, outcome: toRead.get(key)?.outcome }
            const lookup = await entries.evaluate(found && (found[index] ?? null), key)
            return reader.answer(lookup, key, nearSequence, source)
          }
          answers.set(key, runRead(key, readKey))
        }
      }
      const values = await Promise.all(allKeys.map((key) => answers.get(key) as Value | null))
      if (outcome) Object.assign(outcome, combineOutcomes(outcomes, cache))
      return values
    },

    invalidate: (inputs, source = 'mutation') => invalidateKeys(inputs.map(keyOf), source),

    refresh: (input, maxRemainingMs) =>
      reader.refresh(keyOf(input), { requestedAt: clock.now(), load: () => load(input) }, maxRemainingMs),

    clear: async (source = 'mutation') => {
      if (!switches.isOn('invalidation')) return true
      singleFlight.forgetAll()
      const isDone = await tags.invalidate(entries.cacheTag)
      singleFlight.forgetAll()
      near?.clear()
      if (isDone) events.emit({ type: 'invalidated', cache, source, keys: 0 })
      return isDone
    },
  }
  engine.probes.set(cache, {
    sealed: options.sealed ?? false,
    measure: entries.measure,
    decode: entries.decode,
    hasNear: (key) => near?.get(key) !== undefined,
    cacheTag: entries.cacheTag,
    keys,
    invalidate: invalidateKeys,
    clear: aside.clear,
    compare: createCompare(engine, cache, entries, options),
  })
  return { aside, entries, singleFlight, keyOf }

  async function invalidateKeys(shortKeys: readonly string[], source: InvalidationSource): Promise<boolean> {
    if (!switches.isOn('invalidation') || shortKeys.length === 0) return true
    const doneCount = (await Promise.all(shortKeys.map(invalidateKey))).filter(Boolean).length
    if (doneCount > 0) events.emit({ type: 'invalidated', cache, source, keys: doneCount })
    return doneCount === shortKeys.length
  }

  /** Resolves `false` if Redis is unavailable. */
  async function invalidateKey(key: string): Promise<boolean> {
    // Once, before the command: Redis runs the commands of a connection in order, so a read that begins from here on
    // finds the entry removed, and what an earlier read is about to store near is refused.
    near?.delete(key)
    singleFlight.forget(key)
    const names = [...namesOfEntry(keys, key), keys.channel(key), engine.keys.announcements, keys.name(key)]
    const reply = await store.run('invalidate', 'invalidate', ...names)
    if (reply === undefined) engine.reportChange(cache, key) // otherwise the announcement reports it, here as well
    return reply !== undefined
  }
}
