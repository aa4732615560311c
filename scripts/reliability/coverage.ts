/**
 * Whether the history reads every declared cache and calls every mutation procedure: what nobody reads or changes is not
 * proven by it. A cache is covered if answers from it were checked, and the processes counted reads of it, too.
 */
import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server'
import { createApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { createLog } from '../../src/platform/logging.ts'
import { metricNames } from '../../src/platform/metric-names.ts'
import type { Counts } from './recorder.ts'

/** The caches and mutations that the application declares. */
export interface Declared {
  caches: string[]
  mutations: string[]
  queries: string[]
}

export interface Covered extends Counts {
  /** Cache → reads that the processes counted, warming included. */
  counted: ReadonlyMap<string, number>
}

export interface Coverage {
  /**
   * Asks the processes for their counters, and returns how many commands Redis did not answer in time since the last one.
   * To be called now and then: what a process counted is lost when it is killed.
   */
  collect(): Promise<number>
  covered: Covered
}

/** Makes the application, without starting it. `env`: the URLs of its databases. */
export async function declaredBy(env: Record<string, string>): Promise<Declared> {
  const config = loadConfig({ LOG_LEVEL: 'silent', CONSISTENCY_SAMPLES_PER_SECOND: '0', ...env })
  const app = createApp(config, createLog(config.LOG_LEVEL))
  try {
    const procedures = Object.entries<AnyTRPCProcedure>((app.router as AnyTRPCRouter)._def.procedures)
    const ofType = (type: string) => procedures.flatMap(([name, { _def }]) => (_def.type === type ? [name] : [])).sort()
    const caches = app.cache.declarations().map(({ cache }) => cache)
    return { caches, mutations: ofType('mutation'), queries: ofType('query') }
  } finally {
    await app.close()
  }
}

/** Returns the declared caches and mutations that the history does not cover. */
export function uncovered({ caches, mutations }: Declared, { checked, counted, answered }: Covered): string[] {
  return [
    ...caches.filter((cache) => !checked.get(cache)).map((cache) => `no answer from cache ${cache} was checked`),
    ...caches.filter((cache) => !counted.get(cache)).map((cache) => `no process counted a read of cache ${cache}`),
    ...mutations.filter((name) => !answered.get(name)).map((name) => `${name} was never acknowledged`),
  ]
}

const reads: string[] = [metricNames.cacheHits, metricNames.cacheMisses]
/** A process that stands still must not keep the history waiting. */
const patienceMs = 1_000

export function createCoverage(bases: readonly string[], counts: Counts): Coverage {
  const counted = new Map<string, number>()
  /** By process and series. A counter that has fallen belongs to a new process. */
  const latest = new Map<string, number>()
  let unanswered = 0
  const collectFrom = async (base: string) => {
    const response = await fetch(`${base}/metrics`, { signal: AbortSignal.timeout(patienceMs) })
    for (const { name, labels, value } of seriesIn(await response.text())) {
      const series = `${base} ${name} ${labels}`
      const before = latest.get(series) ?? 0
      const more = value < before ? value : value - before
      latest.set(series, value)
      const cache = /cache="([^"]*)"/.exec(labels)?.[1] ?? ''
      if (reads.includes(name)) counted.set(cache, (counted.get(cache) ?? 0) + more)
      else unanswered += more
    }
  }
  return {
    covered: { ...counts, counted },
    collect: async () => {
      unanswered = 0
      await Promise.all(bases.map((base) => collectFrom(base).catch(() => {}))) // it is asked again
      return unanswered
    },
  }
}

/** `cache_hits_total{cache="product",tier="near"} 42` */
function seriesIn(text: string): { name: string; labels: string; value: number }[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? []
    return reads.includes(name) || name === metricNames.cacheErrors ? [{ name, labels, value: Number(value) }] : []
  })
}
