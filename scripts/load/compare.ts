/** Runs the same seeded load against each variant, one after the other, and says what came out. */

import type { Comparison, Row, Run, Statement } from '../../load-tests/report/comparison.ts'
import { countsTogether, figuresOf, medianFigures } from '../../load-tests/report/figures.ts'
import { drive, knownOf, type Load } from './drive.ts'
import { openGround } from './ground.ts'
import { circumstancesNow } from './manifest.ts'
import { pin } from './pin.ts'
import { startReadings } from './readings.ts'
import { openStand, type Stand } from './stand.ts'
import { countStatements } from './statements.ts'
import type { Variant } from './variants.ts'

export interface Plan {
  title: string
  story: string[]
  variants: readonly Variant[]
  load: Load
  products: number
  processes: number
  /** Each variant in turn, so often: short runs share what else the machine does. */
  rounds: number
  dataDir: string
  command: string
}

/**
 * Rejects when a run could not be made, or when `ended` says to end; all that was started is then stopped. That a
 * threshold did not hold is a result like any other.
 */
export async function compare(plan: Plan, say: (line: string) => void, ended: AbortSignal): Promise<Comparison> {
  const { variants, load, products, processes, rounds } = plan
  const circumstances = await circumstancesNow() // before this process is pinned to fewer cores
  const pinning = await pin()
  say(`preparing ${products} products …`)
  const ground = await openGround({ dataDir: plan.dataDir, products, say })
  const runs = new Map<Variant, Run[]>(variants.map((variant) => [variant, []]))
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const variant of variants) {
        ended.throwIfAborted()
        say(`${variant.name}${rounds > 1 ? `, round ${round} of ${rounds}` : ''} …`)
        const stand = await openStand(ground, variant, processes)
        try {
          runs.get(variant)?.push({ round, ...(await measure(stand, variant)) })
        } finally {
          await stand.stop()
        }
      }
    }
  } finally {
    await ground.stop()
  }
  const rows = [...runs].map(([variant, runs]): Row => {
    const figures = runs.map(({ summary, readings, happenings }) => figuresOf(summary, readings, happenings))
    return { variant: variant.name, figures: medianFigures(figures), runs }
  })
  const summary = rows[0]?.runs[0]?.summary
  const manifest = {
    ...circumstances,
    Cores: pinning.said,
    Load: `${load.scenario}, ${load.engine} engine, profile ${summary?.profile}, ${summary?.seconds.toFixed(0)} s, seed ${load.seed}`,
    Server: `${processes} ${processes === 1 ? 'process' : 'processes'}, ${products} products, of which visitors know ${knownOf(load, products)}`,
    Variants: variants.map(({ name }) => name).join(' · '),
    Rounds: rounds === 1 ? '1' : `${rounds}, interleaved; figures are medians`,
    Command: `\`${plan.command}\``,
  }
  return { title: plan.title, story: plan.story, manifest, rows: countsTogether(rows) }

  async function measure(stand: Stand, variant: Variant): Promise<Omit<Run, 'round'>> {
    const readings = startReadings(stand.measured, stand.databaseUrl)
    let counting: Promise<() => Promise<Statement[]>> | undefined
    const measures = () => {
      counting = countStatements(stand.databaseUrl)
      counting.catch(() => {}) // awaited below
    }
    try {
      const scenario = variant.scenario ?? load.scenario
      const told = { ...load, scenario, rate: variant.rate ?? load.rate }
      const driven = await drive(told, stand, { pinning, products, say, ended, measures })
      await readings.stop()
      const count = await counting
      return { ...driven, readings: readings.list, statements: count ? await count() : [] }
    } finally {
      await readings.stop()
    }
  }
}
