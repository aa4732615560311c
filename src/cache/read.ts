/**
 * The read path: Redis → lease → load. A hit is one GET. A miss asks for the lease in one script call: whoever gets it
 * loads and fills; the others wait for that, or serve what they have past its time. Where most reads miss, the script,
 * which gives the value if there is one, is asked at once.
 */

import type { Loaded } from './coalescing/loads.ts'
import type { Latest } from './coalescing/single-flight.ts'
import type { Bell } from './coalescing/wake-ups.ts'
import type { Envelope } from './codec/envelope.ts'
import { headStart, isFarFromExpiry } from './early-expiry.ts'
import type { Engine } from './engine.ts'
import type { Entries, Found } from './entries.ts'
import { OverloadedError, UndefinedValueError, WaitTimeoutError } from './errors.ts'
import type { Note } from './insight/read-outcome.ts'
import type { AsideOptions } from './options.ts'

/** Where a value comes from when the cache has none. */
export interface Source<Value> {
  /** When the read was asked for, by the engine's clock. */
  askedAt: number
  load(): Promise<Loaded<Value | null>>
  /** Called instead, if it turns out that no load is needed right now. */
  pass?(): void
  /** Gets, once what was loaded is on its way to Redis, whether it was still the latest when it arrived. */
  latest?: ((is: Latest) => void) | undefined
  /** Gets what became of it. */
  note?: Note | undefined
}

export interface Reader<Value> {
  read(key: string, source: Source<Value>): Promise<Value | null>
  /** From what was found in Redis to the answer. `since`: the near cache's moment before it was asked for. */
  settle(found: Found<Value>, key: string, since: number, source: Source<Value>): Value | null | Promise<Value | null>
  /** Loads under the lease while readers keep what there is; false if it is not needed, or not this process's to do. */
  refresh(key: string, source: Source<Value>, whenLeftMs?: number): Promise<boolean>
}

/** How long after a failed refresh the next one may be tried, ms; until then the old value serves. */
const backOffMs = 2_000
/** The message that ends a wait may be lost; then this does. */
const pollMs = 250

export function createReader<Input, Value>(
  engine: Engine,
  cache: string,
  entries: Entries<Value>,
  { loadTimeoutMs = 5_000 }: Pick<AsideOptions<Input, Value>, 'loadTimeoutMs'>,
): Reader<Value> {
  const { events, switches, clock, redisClock, tags, wake, keys, random } = engine
  const { leases, near, store } = entries
  const refreshing = new Set<string>()
  /** The part of the latest reads that missed, 0 to 1. */
  let missRate = 0
  const count = (missed: 0 | 1) => {
    missRate += (missed - missRate) * 0.05
  }

  return {
    read: (key, source) => {
      const since = near?.moment() ?? 0
      if (missRate > 0.5) return miss({ state: 'none', payload: undefined }, key, since, source, true)
      return store.get(keys.value(entries.entryOf(key))).then((payload) => {
        const found = entries.judge(payload, key)
        return found instanceof Promise
          ? found.then((judged) => settle(judged, key, since, source))
          : settle(found, key, since, source)
      })
    },
    settle,
    refresh: async (key, source, whenLeftMs = Number.POSITIVE_INFINITY) => {
      const found = await entries.judge(await store.get(keys.value(entries.entryOf(key))), key)
      return found.state === 'fresh' && left(found.envelope) > whenLeftMs ? false : refresh(found, key, source)
    },
  }

  function settle(found: Found<Value>, key: string, since: number, source: Source<Value>) {
    if (found.state !== 'fresh') return miss(found, key, since, source, false)
    count(0)
    source.pass?.()
    return hit(found, key, since, source)
  }

  function hit(found: Fresh<Value>, key: string, since: number, source: Source<Value>): Value | null {
    const { envelope, payload } = found
    events.emit({ type: 'hit', cache, negative: envelope.value === null, durationMs: clock.now() - source.askedAt })
    tell(source, 'hit', left(envelope))
    if (near) entries.keepNear(key, since, envelope, payload.length)
    if (isDueEarly(envelope) && !refreshing.has(key)) engine.background(refresh(found, key, source))
    return envelope.value
  }

  function left({ expiresAt }: Envelope<Value>): number {
    return expiresAt - (redisClock.now() ?? expiresAt)
  }

  function isDueEarly(envelope: Envelope<Value>): boolean {
    if (isFarFromExpiry(left(envelope), envelope.deltaMs) || !switches.on('early-expiry')) return false
    return headStart(envelope.deltaMs, random()) >= left(envelope)
  }

  /** One process refreshes, readers keep their cheap answer. A failure keeps all from trying again at once. */
  async function refresh(found: Found<Value>, key: string, source: Source<Value>): Promise<boolean> {
    if (found.state === 'unavailable' || refreshing.has(key)) return false
    refreshing.add(key)
    try {
      const entry = entries.entryOf(key)
      const got = await leases.acquire(entry, found.payload)
      if (got.state !== 'lease') return false
      events.emit({ type: 'early-refresh', cache })
      await loadUnder(got.token, key, source, found.payload, () => {
        if (found.state === 'none') return leases.release(entry, got.token)
        // Nobody is to wait for a lease that nobody uses.
        const ms =
          found.state === 'fresh' ? Math.max(1, Math.min(backOffMs, Math.floor(left(found.envelope)))) : backOffMs
        return leases.hold(entry, got.token, ms)
      })
      return true
    } finally {
      refreshing.delete(key)
    }
  }

  /** `unseen`: Redis has not been asked for the value yet, so this may still be a hit. */
  async function miss(
    first: Found<Value>,
    key: string,
    since: number,
    source: Source<Value>,
    unseen: boolean,
  ): Promise<Value | null> {
    const entry = entries.entryOf(key)
    const started = clock.now()
    let found = first
    let bell: Bell | undefined
    const waited = (outcome: 'value' | 'lease' | 'timeout' | 'unavailable') => {
      if (bell) events.emit({ type: 'waited', cache, durationMs: clock.now() - started, outcome })
    }
    let maybeHit = unseen
    const missed = () => {
      maybeHit = false
      count(1)
      events.emit({ type: 'miss', cache })
      tell(source, 'miss')
    }
    if (!maybeHit) missed()
    try {
      for (;;) {
        const seen = found.state === 'unavailable' ? undefined : found.payload
        const got = found.state === 'unavailable' ? found : await leases.acquire(entry, seen)
        if (maybeHit && got.state !== 'payload') missed()
        if (got.state === 'lease') {
          waited('lease')
          events.emit({ type: 'lease-won', cache })
          return await loadOrServe(got.token, found, key, source)
        }
        if (got.state === 'unavailable') {
          waited('unavailable')
          return await loadUnstored(found, source)
        }
        if (got.state === 'payload') {
          found = await entries.judge(got.payload, key)
          if (maybeHit && found.state === 'fresh') return settle(found, key, since, source)
          if (maybeHit) missed()
          if (found.state !== 'fresh') continue // not to be used either: now to be replaced
          waited('value')
          events.emit({ type: 'coalesced', cache, scope: 'cluster' })
          tell(source, 'collapsed', left(found.envelope))
          source.pass?.()
          return found.envelope.value
        }
        source.pass?.()
        if (found.state === 'stale') return serveStale(found, source, 'contended')
        if (!switches.on('coalescing')) return await loadUnstored(found, source)
        const patience = started + loadTimeoutMs - clock.now()
        if (patience <= 0) {
          waited('timeout')
          throw new WaitTimeoutError(cache, loadTimeoutMs)
        }
        // Listen first, then ask again: what happened in between is not missed.
        if (bell) await bell.rung(Math.min(pollMs, got.ms + 1, patience))
        else {
          events.emit({ type: 'lease-wait', cache })
          bell = await wake.listen(keys.channel(entry))
        }
      }
    } finally {
      bell?.close()
      if (!maybeHit) events.emit({ type: 'missed', cache, durationMs: clock.now() - source.askedAt })
    }
  }

  async function loadOrServe(token: string, found: Found<Value>, key: string, source: Source<Value>) {
    const entry = entries.entryOf(key)
    const replaced = found.state === 'unavailable' ? undefined : found.payload
    if (found.state !== 'stale') return loadUnder(token, key, source, replaced, () => leases.release(entry, token))
    try {
      return await loadUnder(token, key, source, replaced, () => leases.hold(entry, token, backOffMs))
    } catch (error) {
      return serveStale(found, source, reasonOf(error), error)
    }
  }

  /** Loads, and fills in the background: Redis takes commands in order, so whoever asks next finds the value. */
  async function loadUnder(
    token: string,
    key: string,
    source: Source<Value>,
    replaced: Buffer | undefined,
    failed: () => Promise<unknown>,
  ): Promise<Value | null> {
    const stop = leases.keepAlive(entries.entryOf(key), token)
    try {
      const tick = tags.now(entries.ownTag) // before the load begins: a voiding during the load is later
      const stamp = typeof tick === 'object' ? await tick : tick
      const loaded = await source.load()
      const filled = entries.fill(key, token, loaded, stamp, replaced)
      source.latest?.(filled)
      engine.background(filled)
      return loaded.value
    } catch (error) {
      engine.background(failed())
      throw error
    } finally {
      stop()
    }
  }

  async function loadUnstored(found: Found<Value>, source: Source<Value>): Promise<Value | null> {
    source.latest?.(unknowable)
    try {
      return (await source.load()).value
    } catch (error) {
      if (found.state === 'stale') return serveStale(found, source, reasonOf(error), error)
      throw error
    }
  }

  function serveStale(found: Stale<Value>, source: Source<Value>, reason: StaleReason, error?: unknown): Value | null {
    if (error instanceof UndefinedValueError) throw error // a mistake in the program, not an outage
    events.emit({ type: 'stale-served', cache, reason })
    tell(source, 'stale', left(found.envelope))
    return found.envelope.value
  }
}

type Fresh<Value> = Extract<Found<Value>, { state: 'fresh' }>
type Stale<Value> = Extract<Found<Value>, { state: 'stale' }>

type StaleReason = 'error' | 'overload' | 'contended'

function tell({ note }: { note?: Note | undefined }, outcome: Note['outcome'] & string, ttlMs?: number): void {
  if (!note) return
  note.outcome = outcome
  if (ttlMs !== undefined) note.ttlMs = ttlMs
}

const unknowable: Latest = Promise.resolve(undefined)

const reasonOf = (error: unknown) => (error instanceof OverloadedError ? 'overload' : 'error')
