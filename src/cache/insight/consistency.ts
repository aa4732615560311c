/**
 * The consistency checker: samples keys whose value changed (invalidated, written, or stored under a tag that was
 * voided), in any process, and compares the cache with its source 0.1, 1, 10 and 60 s later. Its cost is bounded:
 * `samplesPerSecond` keys, four comparisons each. A comparison is one read of the source and one GET, and is repeated
 * once if the two differ.
 */
import type { CacheEvents } from '../events.ts'
import { type Age, ages } from './inconsistency.ts'
import type { Probe } from './probe.ts'
import { createTaggedKeys } from './tagged-keys.ts'

/** All methods are synchronous, take constant time and never throw. Keys are the short ones. */
export interface Consistency {
  /** A key was invalidated or written, in this process or in another one. */
  changed(cache: string, key: string): void
  /** An entry was stored in Redis or in the near cache. `tags`: all of its tags, the cache's own tag included. */
  stored(cache: string, key: string, tags: readonly string[]): void
  /** This process voided a tag, or was told that its version changed. Samples keys that were stored under it. */
  tagVoided(tag: string): void
  close(): void
}

export interface ConsistencyOptions {
  /** 0 switches the checker off. */
  samplesPerSecond: number
  probes: ReadonlyMap<string, Pick<Probe, 'compare'>>
  events: CacheEvents
  random(): number
}

interface Sample {
  cache: string
  key: string
  at: number
}

const windowMs = 100
/** Maximum pause between the two comparisons: an invalidation by the outbox may take so long (G5). */
const maxPauseMs = 1_000
const maxRunning = 32
/** A key above the length limit is replaced by its hash, which `fromKey` can't turn into an input. */
const hashed = /^(?=.*[A-Z])[\w-]{43}$/

const off: Consistency = { changed: () => {}, stored: () => {}, tagVoided: () => {}, close: () => {} }

export function createConsistency({ samplesPerSecond, probes, events, random }: ConsistencyOptions): Consistency {
  if (samplesPerSecond === 0) return off
  // A uniform choice of the changes in this window (Vitter's algorithm R): a burst of changes is sampled no more often.
  const size = Math.ceil((samplesPerSecond * windowMs) / 1_000)
  let chosen: Sample[] = []
  let seen = 0
  let allowed = samplesPerSecond
  let running = 0
  const queues = ages.map((age) => ({ age, ms: Number(age) * 1_000, samples: [] as Sample[] }))
  const tagged = createTaggedKeys(random)

  const tick = () => {
    allowed = Math.min(samplesPerSecond, allowed + (samplesPerSecond * windowMs) / 1_000)
    const taken = chosen.splice(0, Math.floor(allowed))
    allowed -= taken.length
    queues[0]?.samples.push(...taken)
    chosen = []
    seen = 0
    const now = performance.now()
    for (const [index, { age, ms, samples }] of queues.entries()) {
      while (samples[0] && samples[0].at + ms <= now) {
        const sample = samples.shift() as Sample
        queues[index + 1]?.samples.push(sample)
        if (running < maxRunning) void check(sample, age, ms) // a slow source must not get more and more queries
      }
    }
  }
  async function check({ cache, key }: Sample, age: Age, ms: number): Promise<void> {
    running++
    try {
      const older = await probes.get(cache)?.compare?.(key, Math.min(ms, maxPauseMs))
      events.emit({ type: 'compared', cache, age, inconsistency: older && { key, ...older } })
    } catch {
      // Redis or the source did not answer: this comparison has no result
    } finally {
      running--
    }
  }
  const timer = setInterval(tick, windowMs)
  timer.unref()

  const canCompare = (cache: string, key: string) => probes.get(cache)?.compare !== undefined && !hashed.test(key)
  const choose = (cache: string, key: string) => {
    seen++
    const place = chosen.length < size ? chosen.length : Math.floor(random() * seen)
    if (place < size) chosen[place] = { cache, key, at: performance.now() }
  }

  return {
    changed: (cache, key) => {
      if (canCompare(cache, key)) choose(cache, key)
    },
    stored: (cache, key, tags) => {
      if (canCompare(cache, key) && tagged.add(cache, key, tags)) choose(cache, key)
    },
    tagVoided: (tag) => {
      for (const { cache, key } of tagged.takeVoided(tag)) choose(cache, key)
    },
    close: () => clearInterval(timer),
  }
}
