/** What must stay flat: read every now and then, and the slope of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Rig } from '../reliability/rig.ts'

export interface Sample {
  /** s since the start. */
  at: number
  figures: Record<string, number>
}

/** For a signal to arrive, ms; what it begins is over before anything else is answered. */
const signalMs = 100

/** One look at everything, after a collection of garbage: what is left is what is held. */
export async function look({ fleet, redis, sql }: Rig, at: number): Promise<Sample> {
  const figures: Record<string, number> = {}
  for (const index of fleet.bases.keys()) fleet.signal(index, 'SIGURG')
  await delay(signalMs)
  for (const [index, base] of fleet.bases.entries()) {
    const text = await (await fetch(`${base}/metrics`)).text()
    const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? Number.NaN)
    const process = `process ${index + 1}`
    figures[`${process}: memory, MB`] = metric('process_resident_memory_bytes') / 2 ** 20
    figures[`${process}: heap, MB`] = metric('nodejs_heap_size_used_bytes') / 2 ** 20
    figures[`${process}: outside the heap, MB`] = metric('nodejs_external_memory_bytes') / 2 ** 20
    figures[`${process}: handles`] = metric('nodejs_active_handles_total')
    const pid = fleet.pid(index)
    if (pid) figures[`${process}: open files`] = openFiles(pid)
  }
  figures['Redis: keys'] = Number(await redis.command('dbsize'))
  const memory = String(await redis.command('info', 'memory'))
  figures['Redis: memory, MB'] = Number(/used_memory:(\d+)/.exec(memory)?.[1]) / 2 ** 20
  const { rows } = await sql.query<{ outbox: number; connections: number }>(
    `SELECT (SELECT count(*)::int FROM outbox) AS outbox,
            (SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()) AS connections`,
  )
  figures['Postgres: rows in the outbox'] = rows[0]?.outbox ?? 0
  figures['Postgres: connections'] = rows[0]?.connections ?? 0
  return { at, figures }
}

function openFiles(pid: number): number {
  try {
    readFileSync(`/proc/${pid}/stat`)
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return Number.NaN // not on this platform
  }
}

export interface Trend {
  name: string
  first: number
  last: number
  /** By Theil and Sen: the median of the slopes between all pairs; a single garbage collection does not sway it. */
  perMinute: number
}

/** Without the first part, which is warming up. */
export function trends(samples: readonly Sample[], warmUp: number): Trend[] {
  const rest = samples.filter(({ at }) => at >= warmUp)
  return Object.keys(rest[0]?.figures ?? {}).map((name) => {
    const points = rest.map(({ at, figures }) => ({ at, value: figures[name] ?? Number.NaN }))
    const slopes = points.flatMap((a, index) =>
      points.slice(index + 1).map((b) => ((b.value - a.value) / (b.at - a.at)) * 60),
    )
    return {
      name,
      first: points[0]?.value ?? Number.NaN,
      last: points.at(-1)?.value ?? Number.NaN,
      perMinute: median(slopes),
    }
  })
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
