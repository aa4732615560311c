/** Runs reads and takes their times; and the plans of the queries that they ran. */
import type pg from 'pg'
import { planWithValues } from '../../src/platform/db.ts'
import { percentile } from '../stats.ts'
import { cpuMeter } from './cpu.ts'
import type { Catalog, Read } from './reads.ts'

export interface Result {
  read: Read
  p50: number
  p95: number
  /** Mean CPU time of a run, this process' and Postgres', ms. */
  cpuMs: number | undefined
  /** As EXPLAIN ANALYZE tells them, of the queries of the first input. */
  plans: string[]
}

export async function measureReads(
  reads: readonly Read[],
  catalog: Catalog,
  pool: pg.Pool,
  runs: number,
  say: (line: string) => void,
): Promise<Result[]> {
  const results: Result[] = []
  const cpu = await cpuMeter(pool)
  for (const read of reads) {
    say(`${read.name} …`)
    const calls = await read.calls(catalog)
    const plans = await plansOf(pool, calls[0] ?? (async () => {}))
    for (const call of calls) await call()
    const times: number[] = []
    const before = cpu()
    for (let run = 0; run < runs; run++) {
      const started = performance.now()
      await calls[run % calls.length]?.()
      times.push(performance.now() - started)
    }
    const after = cpu()
    const cpuMs = before !== undefined && after !== undefined ? (after - before) / runs : undefined
    results.push({ read, p50: percentile(times, 0.5), p95: percentile(times, 0.95), cpuMs, plans })
  }
  return results
}

/** Listens to what `call` asks Postgres, and asks for the plans of what is planned for its values. */
async function plansOf(pool: pg.Pool, call: () => Promise<unknown>): Promise<string[]> {
  const asked: { text: string; values: unknown[] }[] = []
  const query = pool.query
  pool.query = ((...args: unknown[]) => {
    const [config] = args as [{ text?: string; values?: unknown[] }]
    if (config.text?.startsWith(planWithValues)) asked.push({ text: config.text, values: config.values ?? [] })
    return Reflect.apply(query, pool, args)
  }) as typeof pool.query
  try {
    await call()
  } finally {
    pool.query = query
  }
  const plans: string[] = []
  for (const { text, values } of asked) {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, BUFFERS OFF) ${text}`, values)
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  return plans
}
