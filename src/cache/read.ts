/**
 * The read path after the near cache: Redis → lease → load. A hit costs one GET. A miss asks for the lease in one
 * script call; the process that gets it loads and fills, the others wait for that or serve their stale value. While most
 * reads of a cache miss, the GET is skipped: the script also returns the value if there is one. Loads and fills are in
 * fenced-load.ts.
 */

import type { Subscription } from './coalescing/wake-ups.ts'
import type { Envelope } from './codec/envelope.ts'
import { earlyExpiryMs, isFarFromExpiry } from './early-expiry.ts'
import type { Engine } from './engine.ts'
import type { Entries, FreshLookup, Lookup } from './entries.ts'
import { WaitTimeoutError } from './errors.ts'
import { createFencedLoader, loadBackoffMs, recordOutcome, type Source } from './fenced-load.ts'
import type { AsideOptions } from './options.ts'

export interface Reader<Value> {
  read(key: string, source: Source<Value>): Promise<Value | null>
  /**
   * Answers a read from what a lookup found; loads if that is no fresh value. `nearSequence`: the near cache's sequence
   * before the lookup.
   */
  answer(
    lookup: Lookup<Value>,
    key: string,
    nearSequence: number,
    source: Source<Value>,
  ): Value | null | Promise<Value | null>
  /**
   * Loads under the lease while readers keep getting the present value. Resolves `false`, without loading, if the
   * entry stays fresh for more than `maxRemainingMs` (default: load always) or if another caller is loading.
   */
  refresh(key: string, source: Source<Value>, maxRemainingMs?: number): Promise<boolean>
}

/** A wake-up message may be lost, so a waiting read looks again after this time, ms. */
const fallbackPollMs = 250
/** Miss rate above which a read asks for the lease at once, without a GET. */
const maxMissRateForGet = 0.5
/** Weight of the latest read in the moving average of the miss rate. */
const missRateWeight = 0.05

export function createReader<Input, Value>(
  engine: Engine,
  cache: string,
  entries: Entries<Value>,
  { loadTimeoutMs = 5_000 }: Pick<AsideOptions<Input, Value>, 'loadTimeoutMs'>,
): Reader<Value> {
  const { events, switches, clock, redisClock, wakeUps, random } = engine
  const { leases, near, store, keys } = entries
  const loader = createFencedLoader(engine, cache, entries)
  const refreshing = new Set<string>()
  let missRate = 0
  const updateMissRate = (missed: 0 | 1) => {
    missRate += (missed - missRate) * missRateWeight
  }

  return {
    read: (key, source) => {
      const nearSequence = near?.sequence() ?? 0
      if (missRate > maxMissRateForGet) {
        return handleMiss({ state: 'none', payload: undefined }, key, nearSequence, source, true)
      }
      return store.get(keys.value(key)).then((payload) => {
        const lookup = entries.evaluate(payload, key)
        return lookup instanceof Promise
          ? lookup.then((evaluated) => answer(evaluated, key, nearSequence, source))
          : answer(lookup, key, nearSequence, source)
      })
    },
    answer,
    refresh: async (key, source, maxRemainingMs = Number.POSITIVE_INFINITY) => {
      const lookup = await entries.evaluate(await store.get(keys.value(key)), key)
      if (lookup.state === 'fresh' && remainingMs(lookup.envelope) > maxRemainingMs) return false
      return refresh(lookup, key, source)
    },
  }

  function answer(lookup: Lookup<Value>, key: string, nearSequence: number, source: Source<Value>) {
    if (lookup.state !== 'fresh') return handleMiss(lookup, key, nearSequence, source, false)
    updateMissRate(0)
    source.skip?.()
    return serveHit(lookup, key, nearSequence, source)
  }

  function serveHit(lookup: FreshLookup<Value>, key: string, nearSequence: number, source: Source<Value>) {
    const { envelope } = lookup
    events.emit({ type: 'hit', cache, negative: envelope.value === null, durationMs: clock.now() - source.requestedAt })
    recordOutcome(source, 'hit', remainingMs(envelope))
    if (near) entries.fillNear(key, nearSequence, lookup)
    if (isDueForRefresh(envelope) && !refreshing.has(key)) engine.runInBackground(refresh(lookup, key, source))
    return envelope.value
  }

  /** Remaining freshness, ms; negative if expired. */
  function remainingMs({ expiresAt }: Envelope<Value>): number {
    return expiresAt - (redisClock.now() ?? expiresAt)
  }

  function isDueForRefresh(envelope: Envelope<Value>): boolean {
    if (isFarFromExpiry(remainingMs(envelope), envelope.deltaMs) || !switches.isOn('early-expiry')) return false
    return earlyExpiryMs(envelope.deltaMs, random()) >= remainingMs(envelope)
  }

  /** One process refreshes; all others keep serving the present value. After a failure nobody retries for a while. */
  async function refresh(lookup: Lookup<Value>, key: string, source: Source<Value>): Promise<boolean> {
    if (lookup.state === 'unavailable' || refreshing.has(key)) return false
    refreshing.add(key)
    try {
      const acquired = await leases.acquire(key, lookup.payload)
      if (acquired.state !== 'lease') return false
      events.emit({ type: 'early-refresh', cache })
      const { token } = acquired
      await loader.loadWithLease(token, key, source, lookup.payload, () => {
        if (lookup.state === 'none') return leases.release(key, token)
        // Held no longer than the value is fresh: after that, readers would wait for a lease that nobody uses.
        const freshMs = lookup.state === 'fresh' ? Math.floor(remainingMs(lookup.envelope)) : loadBackoffMs
        return leases.hold(key, token, Math.max(1, Math.min(loadBackoffMs, freshMs)))
      })
      return true
    } finally {
      refreshing.delete(key)
    }
  }

  /** `skippedGet`: Redis has not been asked for the value yet, so the read may still turn out to be a hit. */
  async function handleMiss(
    firstLookup: Lookup<Value>,
    key: string,
    nearSequence: number,
    source: Source<Value>,
    skippedGet: boolean,
  ): Promise<Value | null> {
    const startedAt = clock.now()
    let lookup = firstLookup
    let subscription: Subscription | undefined
    const recordWait = (outcome: 'value' | 'lease' | 'timeout' | 'unavailable') => {
      if (subscription) events.emit({ type: 'waited', cache, durationMs: clock.now() - startedAt, outcome })
    }
    let mayBeHit = skippedGet
    const recordMiss = () => {
      mayBeHit = false
      updateMissRate(1)
      events.emit({ type: 'miss', cache })
      recordOutcome(source, 'miss')
    }
    if (!mayBeHit) recordMiss()
    try {
      for (;;) {
        const acquired = lookup.state === 'unavailable' ? lookup : await leases.acquire(key, lookup.payload)
        if (mayBeHit && acquired.state !== 'payload') recordMiss()
        if (acquired.state === 'lease') {
          recordWait('lease')
          events.emit({ type: 'lease-won', cache })
          return await loader.loadOrServeStale(acquired.token, lookup, key, source)
        }
        if (acquired.state === 'unavailable') {
          recordWait('unavailable')
          return await loader.loadWithoutFill(lookup, source)
        }
        if (acquired.state === 'payload') {
          lookup = await entries.evaluate(acquired.payload, key)
          if (mayBeHit && lookup.state === 'fresh') return answer(lookup, key, nearSequence, source)
          if (mayBeHit) recordMiss()
          if (lookup.state !== 'fresh') continue // unusable, too: ask for the lease to replace this one
          recordWait('value')
          events.emit({ type: 'coalesced', cache, scope: 'cluster' })
          recordOutcome(source, 'collapsed', remainingMs(lookup.envelope))
          source.skip?.()
          return lookup.envelope.value
        }
        source.skip?.()
        if (lookup.state === 'stale') return loader.serveStale(lookup, source, 'contended')
        if (!switches.isOn('coalescing')) return await loader.loadWithoutFill(lookup, source)
        const remainingWaitMs = startedAt + loadTimeoutMs - clock.now()
        if (remainingWaitMs <= 0) {
          recordWait('timeout')
          throw new WaitTimeoutError(cache, loadTimeoutMs)
        }
        // Subscribe first, then look again: a message sent in between is not missed.
        if (subscription) await subscription.wait(Math.min(fallbackPollMs, acquired.ms + 1, remainingWaitMs))
        else {
          events.emit({ type: 'lease-wait', cache })
          subscription = await wakeUps.subscribe(keys.channel(key))
        }
      }
    } finally {
      subscription?.close()
      if (!mayBeHit) events.emit({ type: 'missed', cache, durationMs: clock.now() - source.requestedAt })
    }
  }
}
