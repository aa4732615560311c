import { Writable } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { kindNames } from '../scripts/hostile/requests.ts'
import { torment } from '../scripts/hostile/torment.ts'
import { startTestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'

it('given 2,000 hostile requests of all kinds, when sent, then none is a failure, and good ones are answered', async () => {
  const lines: string[] = []
  const log = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk))
      done()
    },
  })
  const shop = await startTestApp({ LOG_LEVEL: 'error' }, log)
  onTestFinished(() => shop.stop())
  await insertProduct(shop.sql, { slug: 'blue-mug' })
  const { faults, outcomes } = await torment({ base: shop.base, requests: 2_000, seed: 1, callers: 24 })
  expect(faults).toEqual([])
  expect(lines).toEqual([])
  expect(Object.keys(outcomes).toSorted()).toEqual(kindNames.toSorted())
}, 120_000)
