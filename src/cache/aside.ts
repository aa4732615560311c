/**
 * Cache-aside: ask the cache; on a miss load from the source, keep the answer, and return it. Start reading here; the
 * way of a read is read.ts, what an entry is worth entries.ts.
 */

import { createBatch } from './coalescing/load-batch.ts'
import type { LoadContext, Loaded } from './coalescing/loads.ts'
import { type Again, createFlights, type Flights } from './coalescing/single-flight.ts'
import type { Engine } from './engine.ts'
import { createEntries, type Entries } from './entries.ts'
import { CacheError } from './errors.ts'
import type { InvalidationSource } from './events.ts'
import { createCompare } from './insight/compare.ts'
import { type Note, sumUp } from './insight/read-outcome.ts'
import type { Aside, AsideOptions } from './options.ts'
import { createReader, type Source } from './read.ts'
import { shortKey } from './redis/keys.ts'

/** What write-through builds on. */
export interface Parts<Input, Value> {
  aside: Aside<Input, Value>
  entries: Entries<Value>
  flights: Flights<Value | null>
  keyOf(input: Input): string
}

export function createAside<Input, Value>(
  engine: Engine,
  cache: string,
  options: AsideOptions<Input, Value>,
): Parts<Input, Value> {
  const { events, switches, loads, keys, tags, clock } = engine
  const { loadTimeoutMs = 5_000 } = options
  const entries = createEntries<Input, Value>(engine, cache, options)
  const { near, store } = entries
  const flights = createFlights<Value | null>(tags.epoch)
  const reader = createReader<Input, Value>(engine, cache, entries, options)
  const keyOf = (input: Input) => shortKey(options.key(input))
  const announced = (key: string) => {
    flights.forget(key)
    engine.changed(cache, key)
  }
  engine.announcements.on(cache, announced, flights.forgetAll)
  const nearHit = { type: 'near-hit', cache } as const
  const coalescing = switches.on('coalescing')

  const load = (input: Input) => loads.run(cache, loadTimeoutMs, (context) => options.load(input, context))
  const loadMany = (inputs: Input[]): Promise<Loaded<(Value | null)[]>> =>
    loads.run(cache, loadTimeoutMs, (context) => answerAll(inputs, context), inputs.length)
  const answerAll = async (inputs: Input[], context: LoadContext) => {
    const each = () => Promise.all(inputs.map((input) => options.load(input, context)))
    const values = await (options.loadMany?.(inputs, context) ?? each())
    if (values.length !== inputs.length) throw new CacheError(`loadMany of cache "${cache}" left inputs unanswered.`)
    return values
  }

  const look = (key: string, note?: Note): Value | null | undefined => {
    const value = near?.get(key, note)
    if (value === undefined) return undefined
    events.emit(nearHit)
    if (note) note.outcome = 'near'
    return value
  }
  const join = (key: string, input: Input) => {
    if (!coalescing || !flights.has(key)) return undefined
    const again: Again<Value | null> = (loaded) => {
      if (!loaded) return aside.get(input)
      // Who came during that load may know of a later change. If there is no second one, the first has to do.
      return fly(key, async () => (await load(input)).value).catch(() => loaded.value)
    }
    const flight = flights.join(key, tags.epoch(), again)
    if (flight) events.emit({ type: 'coalesced', cache, scope: 'process' })
    return flight
  }
  const fly = (key: string, work: (latest?: Source<Value>['latest']) => Promise<Value | null>) =>
    coalescing ? flights.start(key, tags.epoch(), work) : work()

  const aside: Aside<Input, Value> = {
    peek: (input) => look(keyOf(input)),
    nearBytes: () => near?.bytes() ?? 0,

    get: (input, note) => {
      const key = keyOf(input)
      if (note) note.cache = cache
      const value = look(key, note)
      if (value !== undefined) return Promise.resolve(value)
      const joined = join(key, input)
      if (joined && note) note.outcome = 'collapsed'
      return (
        joined ??
        fly(key, (latest) => reader.read(key, { askedAt: clock.now(), load: () => load(input), latest, note }))
      )
    },

    getMany: async (inputs, note) => {
      const wanted = inputs.map(keyOf)
      const answers = new Map<string, Value | null | Promise<Value | null>>()
      const missing = new Map<string, { input: Input; note: Note | undefined }>()
      const notes: Note[] = []
      for (const [index, key] of wanted.entries()) {
        if (answers.has(key) || missing.has(key)) continue
        const input = inputs[index] as Input
        const one: Note | undefined = note && { outcome: 'collapsed' } // unless it turns out otherwise
        if (one) notes.push(one)
        const value = look(key, one)
        const answer = value === undefined ? join(key, input) : value
        if (answer === undefined) missing.set(key, { input, note: one })
        else answers.set(key, answer)
      }
      const rest = [...missing.keys()]
      if (rest.length > 0) {
        const since = near?.moment() ?? 0
        const payloads = store.getMany(rest.map((key) => keys.value(entries.entryOf(key))))
        const sources = createBatch<Input, Value>(
          Array.from(missing.values(), ({ input }) => input),
          clock.now(),
          loadMany,
        )
        for (const [index, key] of rest.entries()) {
          const one = async (latest: Source<Value>['latest']) => {
            const found = await payloads
            const source = { ...(sources[index] as Source<Value>), latest, note: missing.get(key)?.note }
            return reader.settle(await entries.judge(found && (found[index] ?? null), key), key, since, source)
          }
          answers.set(key, fly(key, one))
        }
      }
      const values = await Promise.all(wanted.map((key) => answers.get(key) as Value | null))
      if (note) Object.assign(note, sumUp(notes, cache))
      return values
    },

    invalidate: (inputs, source = 'mutation') => removeAll(inputs.map(keyOf), source),

    refresh: (input, whenLeftMs) =>
      reader.refresh(keyOf(input), { askedAt: clock.now(), load: () => load(input) }, whenLeftMs),

    clear: async (source = 'mutation') => {
      if (!switches.on('invalidation')) return true
      flights.forgetAll()
      const done = await tags.bump(entries.ownTag)
      flights.forgetAll()
      near?.clear()
      if (done) events.emit({ type: 'invalidated', cache, source, keys: 0 })
      return done
    },
  }
  engine.probes.set(cache, {
    sealed: options.sealed ?? false,
    measure: entries.measure,
    open: entries.open,
    isNear: (key) => near?.get(key) !== undefined,
    ownTag: entries.ownTag,
    invalidate: removeAll,
    clear: aside.clear,
    compare: createCompare(engine, cache, entries, options),
  })
  return { aside, entries, flights, keyOf }

  async function removeAll(shortKeys: readonly string[], source: InvalidationSource): Promise<boolean> {
    if (!switches.on('invalidation') || shortKeys.length === 0) return true
    const removed = (await Promise.all(shortKeys.map(remove))).filter(Boolean).length
    if (removed > 0) events.emit({ type: 'invalidated', cache, source, keys: removed })
    return removed === shortKeys.length
  }

  /** Forgets before and after: a read that began meanwhile may have met the old entry. False if Redis is away. */
  async function remove(key: string): Promise<boolean> {
    const entry = entries.entryOf(key)
    const forget = () => {
      near?.drop(key)
      flights.forget(key)
    }
    forget()
    const names = [keys.value(entry), keys.lease(entry), keys.pending(entry)]
    const done = await store.run('invalidate', 'invalidate', ...names, keys.channel(entry), keys.announcements, entry)
    forget()
    if (done === undefined) engine.changed(cache, key) // else it is announced, to this process, too
    return done !== undefined
  }
}
