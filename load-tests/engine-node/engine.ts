/**
 * Runs a scenario in Node. Iterations begin when they are due, whether or not earlier ones have ended; a latency counts
 * from then, so a server that stalls can't hide it by keeping the load away (coordinated omission).
 */
import { setTimeout as delay } from 'node:timers/promises'
import { rateAt, type Stage } from '../config/profiles.ts'
import type { Settings } from '../config/settings.ts'
import { createApi, type Visitor } from '../lib/api.ts'
import { randomOf } from '../lib/random.ts'
import type { Scenario } from '../lib/scenario.ts'
import type { Summary } from '../lib/summary.ts'
import { evaluate } from '../lib/thresholds.ts'
import { arrivalsOf } from './arrivals.ts'
import { createFigures } from './figures.ts'
import { createSender } from './transport.ts'

/** How long iterations that are under way may take after the last arrival, ms. */
const patienceMs = 35_000

export interface Progress {
  /** Setup is done; the first iteration is due now, the measure begins after the warm-up. */
  begins?(): void
  measures?(): void
}

/** Rejects when the setup or the teardown does. */
export async function runScenario(scenario: Scenario, settings: Settings, progress: Progress = {}): Promise<Summary> {
  const sender = createSender(settings.maxVus)
  const figures = createFigures()
  const outside = () => createApi(sender.transport(), figures, settings.baseUrls)
  const memories = Array.from({ length: settings.maxVus }, () => new Map<string, unknown>())
  const free = [...memories]
  const underWay = new Set<Promise<void>>()

  async function iterate(state: unknown, due: number, visitor: Omit<Visitor, 'random' | 'memory'>): Promise<boolean> {
    const memory = free.pop()
    if (!memory) return false
    figures.time('lateMs', Math.max(0, performance.now() - due))
    const { iteration, warmUp } = visitor
    const random = randomOf(settings.seed, warmUp ? -1 - iteration : iteration)
    const api = createApi(sender.transport(due), figures, settings.baseUrls, iteration)
    try {
      await scenario.iteration(api, state, random, { ...visitor, memory, random })
    } catch (error) {
      figures.failed(`iteration: ${error instanceof Error ? error.message : error}`)
    } finally {
      free.push(memory)
    }
    return true
  }

  /** Gives how many were dropped, and how long it took. */
  async function phase(state: unknown, stages: readonly Stage[], warmUp: boolean) {
    const began = performance.now()
    let [dropped, begun, done] = [0, 0, 0]
    let stopped = false
    for (const at of arrivalsOf(stages)) {
      const due = began + at * 1_000
      // A timer is late by a millisecond or so; that counts as part of the latency.
      const early = due - performance.now()
      if (early > 0) await delay(early)
      const visitor = { iteration: begun++, warmUp, elapsed: warmUp ? at - settings.warmUpSeconds : at }
      if (free.length === 0) {
        dropped++
        stopped = settings.profile === 'breakpoint'
        if (stopped) break
        continue
      }
      const run = iterate(state, due, visitor).then(() => {
        done++
        underWay.delete(run)
      })
      underWay.add(run)
    }
    const planned = stages.reduce((sum, { seconds }) => sum + seconds, 0)
    const rest = began + planned * 1_000 - performance.now()
    if (rest > 0 && !stopped) await delay(rest)
    const seconds = (performance.now() - began) / 1_000
    const inTime = done
    await Promise.race([Promise.all(underWay), delay(patienceMs, undefined, { ref: false })])
    return { dropped, begun, seconds, inTime, done }
  }

  try {
    const state = JSON.parse(JSON.stringify((await scenario.setup(outside(), settings)) ?? null))
    progress.begins?.()
    const rate = settings.stages[0]?.from ?? 0
    await phase(state, [{ seconds: settings.warmUpSeconds, from: rate, to: rate }], true)
    figures.reset()
    const startedAt = new Date().toISOString()
    progress.measures?.()
    const { dropped, begun, seconds, inTime, done } = await phase(state, settings.stages, false)
    const isBroken = settings.profile === 'breakpoint' && dropped > 0
    const measured = figures.collect()
    await scenario.teardown(outside(), state, settings)
    const { checks, counters, times, errors, errorSamples } = figures.collect()
    const summary = {
      scenario: settings.scenario,
      engine: 'node' as const,
      profile: settings.profile,
      seed: settings.seed,
      startedAt,
      seconds,
      offered: begun / seconds,
      achieved: inTime / seconds,
      dropped,
      ...(isBroken && { brokeAtRate: rateAt(settings.stages, seconds) }),
      iterations: done,
      ...measured,
      ...{ checks, counters, times, errors, errorSamples },
    }
    return { ...summary, thresholds: evaluate(scenario.thresholds, summary) }
  } finally {
    await sender.close()
  }
}
