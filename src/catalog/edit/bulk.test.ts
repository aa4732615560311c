import { describe, expect, it } from 'vitest'
import { createLog } from '../../platform/logging.ts'
import type { Outbox } from '../../platform/outbox.ts'
import { bulkUpsert } from './bulk.ts'

const rows = ['a', 'b', 'c'].map((slug) => ({ slug, title: slug }))

/** An outbox whose transactions all fail with `error`, and how often it was asked. */
function failing(error: unknown) {
  const asked = { times: 0 }
  const transaction = () => {
    asked.times++
    return Promise.reject(error)
  }
  return { asked, outbox: { transaction } as unknown as Outbox }
}

describe('a bulk upsert whose database fails', () => {
  it('given a connection that is refused, when upserted, then the first row says OVERLOADED and the others are not tried', async () => {
    const { asked, outbox } = failing(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))
    const results = await bulkUpsert(outbox, createLog('silent'), rows)
    expect(results.map(({ error }) => error?.reason)).toEqual(['OVERLOADED', 'NOT_TRIED', 'NOT_TRIED'])
    expect(results[0]?.error?.message).toBe('The database is busy or away: send this row again')
    expect(asked.times).toBe(1)
  })

  it('given rows that Postgres refuses for a reason nobody foresaw, when upserted, then each is tried', async () => {
    const { asked, outbox } = failing(Object.assign(new Error('value out of range'), { code: '22003' }))
    const results = await bulkUpsert(outbox, createLog('silent'), rows)
    expect(results.map(({ error }) => error?.reason)).toEqual(['INTERNAL', 'INTERNAL', 'INTERNAL'])
    expect(asked.times).toBe(3)
  })
})
