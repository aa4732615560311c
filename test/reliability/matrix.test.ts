/** The short form of `npm run torture`: docs/reliability.md. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { faults } from '../../scripts/reliability/faults.ts'
import { runMatrix } from '../../scripts/reliability/matrix.ts'
import { startRig } from '../../scripts/reliability/rig.ts'

describe('[G3, G4, G6, G7, G8, G9] the whole application while everything fails', () => {
  it('given each fault in turn, when products, prices, stock and sessions are read and changed, then what is promised is kept', async () => {
    const rig = await startRig()
    onTestFinished(rig.stop)
    const { rows, violations } = await runMatrix({ rig, faults })
    expect(violations).toEqual([])
    for (const { fault, reads, writes, recoveryMs } of rows) {
      expect(reads, fault.name).toBeGreaterThan(20)
      expect(writes, fault.name).toBeGreaterThan(0)
      expect(recoveryMs, fault.name).toBeLessThan(10_000)
    }
  }, 240_000)
})

describe('the check of the history', () => {
  it('given CACHE_MODE=naive, when nothing fails, then it finds what is wrong: answers that were overtaken long ago', {
    timeout: 60_000,
  }, async () => {
    const rig = await startRig({ env: { CACHE_MODE: 'naive' } })
    onTestFinished(rig.stop)
    const { violations } = await runMatrix({ rig, faults: faults.filter(({ name }) => name === 'none') })
    const kinds = new Set(violations.map(({ kind }) => kind))
    expect(kinds).toContain('stale')
  })
})
