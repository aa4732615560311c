/** One variant, set up: its copy of the catalogue, an empty Redis, the application on both, what stands before it. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FaultKind } from '../../load-tests/lib/faults.ts'
import { startFleet } from '../fleet/fleet.ts'
import { startContrast } from './contrast.ts'
import { startFragileRedis } from './faults.ts'
import type { Ground } from './ground.ts'
import type { Variant } from './variants.ts'

export interface Stand {
  /** Where the load goes. */
  bases: string[]
  databaseUrl: string
  redisUrl: string
  /** Those whose /metrics count. */
  measured: string[]
  do(fault: FaultKind): Promise<void>
  /** Rejects if a process ended that nobody ended. */
  stop(): Promise<void>
}

export async function openStand(ground: Ground, variant: Variant, processes: number): Promise<Stand> {
  const undo: (() => Promise<void> | void)[] = []
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const folder = mkdtempSync(join(tmpdir(), 'caching-reference-load-'))
    undo.push(() => rmSync(folder, { recursive: true, force: true }))
    const copy = await ground.copy()
    undo.push(copy.drop)
    const redis = await startFragileRedis(folder)
    undo.push(redis.stop)
    const urls = { databaseUrl: copy.url, redisUrl: redis.url }
    const fleet = await startFleet({ processes, ...urls, env: environmentOf(variant) })
    undo.push(fleet.stop)
    const appUrl = fleet.bases[0] ?? ''
    const contrast = variant.contrast && (await startContrast({ ...variant.contrast, appUrl, ...urls }))
    if (contrast) undo.push(contrast.stop)
    return {
      bases: contrast ? [contrast.base] : fleet.bases,
      ...urls,
      measured: contrast ? [...fleet.bases, contrast.base] : fleet.bases,
      do: (fault) => (fault === 'postgres-restart' ? ground.restart() : redis.do(fault)),
      stop: async () => {
        const unforeseen = [...fleet.unforeseen]
        await stop()
        if (unforeseen.length > 0) throw new Error(`The application did not survive: ${unforeseen.join('; ')}`)
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function environmentOf({ mode, disabled }: Variant): Record<string, string> {
  return {
    CACHE_MODE: mode,
    CACHE_DISABLE: disabled.join(','),
    CACHE_SEAL_KEY: randomBytes(32).toString('base64'),
    RATE_LIMITS: 'off', // one machine plays all visitors
    LOG_LEVEL: 'fatal',
  }
}
