/** The short form of `npm run torture` (docs/reliability.md): one run, held against what is promised and what there is. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { faults } from '../../scripts/reliability/faults.ts'
import { type Result, runMatrix } from '../../scripts/reliability/matrix.ts'
import { type Rig, startRig } from '../../scripts/reliability/rig.ts'

describe('[G3, G4, G5, G6, G7, G8, G9] the whole application while everything fails', () => {
  let rig: Rig
  let result: Result
  beforeAll(async () => {
    rig = await startRig()
    result = await runMatrix({ rig, faults })
  }, 240_000)
  afterAll(() => rig?.stop())

  it('given each fault in turn, when everything is read and changed, then what is promised is kept', () => {
    expect(result.violations).toEqual([])
    for (const { fault, reads, writes, recoveryMs } of result.rows) {
      expect(reads, fault.name).toBeGreaterThan(10)
      expect(writes, fault.name).toBeGreaterThan(0)
      expect(recoveryMs, fault.name).toBeLessThan(10_000)
    }
  })

  it('[case 26] given every declared cache and every mutation procedure, when the history is over, then it has read that cache and called that procedure', () => {
    expect(result.uncovered).toEqual([])
  })
})

describe('the check of the history', () => {
  it('given CACHE_MODE=naive, when nothing fails, then it finds answers that were overtaken long ago', {
    timeout: 60_000,
  }, async () => {
    const rig = await startRig({ env: { CACHE_MODE: 'naive' } })
    onTestFinished(rig.stop)
    const none = faults.filter(({ name }) => name === 'none')
    const { violations } = await runMatrix({ rig, faults: none, coverMs: 0, recoverMs: 1_000 })
    const kinds = new Set(violations.map(({ kind }) => kind))
    expect(kinds).toContain('stale')
  })
})
