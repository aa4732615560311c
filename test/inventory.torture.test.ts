/** The short form of `npm run torture:inventory`. */
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { startFleet } from '../scripts/fleet/fleet.ts'
import { torture } from '../scripts/torture/torture.ts'
import { databaseForTest } from './support/database.ts'

const operations = 2_500

describe('[G7, G8] the stock under torture', () => {
  it('given random operations on two processes, when one is killed, then nothing is oversold, lost or done twice', async () => {
    const databaseUrl = await databaseForTest()
    const env = { CACHE_PREFIX: 'torture', LOG_LEVEL: 'fatal' }
    const fleet = await startFleet({ processes: 2, databaseUrl, redisUrl: inject('redisUrl'), env })
    onTestFinished(fleet.stop)
    const options = { operations, callers: 16, seed: 1, kills: 1, checks: 2, say: () => {} }
    const report = await torture({ fleet, databaseUrl, ...options })
    expect(report.violations).toEqual([])
    expect(report).toMatchObject({ kills: 1, checks: 3 })
    expect(report.outcomes.create).toMatchObject({ ok: expect.any(Number), OUT_OF_STOCK: expect.any(Number) })
    expect(report.outcomes.commit).toMatchObject({ ok: expect.any(Number) })
  }, 120_000)
})
