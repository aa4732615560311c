/**
 * The consistency checker: of the keys that are invalidated or written, anywhere, it takes a few, and compares the cache
 * with its source 0.1, 1, 10 and 60 s later. Its cost is bounded: `samplesPerSecond` keys, four comparisons each; a
 * comparison is one read of the source and one GET, twice that if it finds anything.
 */
import type { CacheEvents } from '../events.ts'
import { type Age, ages } from './inconsistency.ts'
import type { Probe } from './probe.ts'

export interface Consistency {
  /** A key (the short one) was invalidated or written, here or in another process. Quick. */
  changed(cache: string, key: string): void
  close(): void
}

export interface ConsistencyOptions {
  /** 0: it is off. */
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
/** Between the two looks, at most: what an invalidation by the outbox may take (G5). */
const longestPauseMs = 1_000
const mostRunning = 32
/** A key that was too long is a hash here: nobody knows what it was. */
const hashed = /^(?=.*[A-Z])[\w-]{43}$/

export function createConsistency({ samplesPerSecond, probes, events, random }: ConsistencyOptions): Consistency {
  if (samplesPerSecond === 0) return { changed: () => {}, close: () => {} }
  // What changed in this window: a random choice of it (Vitter's algorithm R), so that a burst has no say in it.
  const size = Math.ceil((samplesPerSecond * windowMs) / 1_000)
  let chosen: Sample[] = []
  let seen = 0
  let allowed = samplesPerSecond
  let running = 0
  const queues = ages.map((age) => ({ age, ms: Number(age) * 1_000, samples: [] as Sample[] }))

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
        if (running < mostRunning) void check(sample, age, ms) // a source that is slow is not asked more and more
      }
    }
  }
  async function check({ cache, key }: Sample, age: Age, ms: number): Promise<void> {
    running++
    try {
      const older = await probes.get(cache)?.compare?.(key, Math.min(ms, longestPauseMs))
      events.emit({ type: 'compared', cache, age, inconsistency: older && { key, ...older } })
    } catch {
      // Redis or the source did not answer: nothing is known
    } finally {
      running--
    }
  }
  const timer = setInterval(tick, windowMs)
  timer.unref()

  return {
    changed: (cache, key) => {
      if (!probes.get(cache)?.compare || hashed.test(key)) return
      seen++
      const place = chosen.length < size ? chosen.length : Math.floor(random() * seen)
      if (place < size) chosen[place] = { cache, key, at: performance.now() }
    },
    close: () => clearInterval(timer),
  }
}
