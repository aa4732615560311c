/** Rounds of the contestants, interleaved (A B C A B C …), so that they share whatever else the machine does. */
import { percentile } from '../stats.ts'
import type { Reserve } from './usual.ts'

export interface Contestant {
  name: string
  reserve: Reserve
}

export interface Setting {
  name: string
  callers: number
  /** Each reservation is of one of them, by chance. */
  variantIds: readonly string[]
}

export interface Standing {
  contestant: Contestant
  /** A round each: reservations a second. */
  rates: number[]
  /** A round each, ms. */
  p50: number[]
}

export interface Plan {
  rounds: number
  roundMs: number
  /** Between rounds, not measured. */
  tidy(): Promise<void>
}

/** The first round of each is for warming up, and does not count. */
export async function measure(
  { callers, variantIds }: Setting,
  contestants: readonly Contestant[],
  { rounds, roundMs, tidy }: Plan,
): Promise<Standing[]> {
  const standings = contestants.map((contestant) => ({ contestant, rates: [] as number[], p50: [] as number[] }))
  for (let number = 0; number <= rounds; number++) {
    for (const { contestant, rates, p50 } of standings) {
      const { times, seconds } = await round(contestant, callers, variantIds, roundMs)
      await tidy()
      if (number === 0) continue
      rates.push(times.length / seconds)
      p50.push(percentile(times, 0.5))
    }
  }
  return standings
}

async function round({ name, reserve }: Contestant, callers: number, variantIds: readonly string[], roundMs: number) {
  const times: number[] = []
  const started = performance.now()
  const until = started + roundMs
  async function call(): Promise<void> {
    for (let now = performance.now(); now < until; ) {
      const done = await reserve(variantIds[Math.floor(Math.random() * variantIds.length)] as string)
      if (!done) throw new Error(`${name} could not reserve what there is enough of`)
      const then = performance.now()
      times.push(then - now)
      now = then
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  return { times, seconds: (performance.now() - started) / 1_000 }
}
