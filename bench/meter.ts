/** Measuring a stretch of work: time, CPU, loads, and what Redis saw of it. */
import type { Session } from './session.ts'

export interface Reading {
  elapsedMs: number
  /** CPU time of this process: all its threads, Redis not included. */
  cpuUs: number
  loads: number
  /** Keys looked up in Redis. */
  lookups: number
}

/** Starts measuring; call what it resolves with at the end. The garbage of what went before is collected first. */
export async function startMeter({ source, redis }: Session): Promise<() => Promise<Reading>> {
  globalThis.gc?.()
  const [loads, lookups] = [source.loads(), await redis.lookups()]
  const [started, cpu] = [performance.now(), process.cpuUsage()]
  return async () => {
    const [elapsedMs, { user, system }] = [performance.now() - started, process.cpuUsage(cpu)]
    return {
      elapsedMs,
      cpuUs: user + system,
      loads: source.loads() - loads,
      lookups: (await redis.lookups()) - lookups,
    }
  }
}

/** Per operation. */
export function throughput(operations: number, { elapsedMs, cpuUs, lookups }: Reading) {
  return {
    opsPerSecond: (operations * 1_000) / elapsedMs,
    cpuUs: cpuUs / operations,
    lookups: lookups / operations,
  }
}
