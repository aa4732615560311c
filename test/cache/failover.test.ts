/** Entries of a server that missed changes: a replica that was promoted, a server that loaded an old snapshot. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { startLine } from '../../scripts/faults/line.ts'
import { startHurtRedis } from '../../scripts/faults/redis.ts'
import { testCache } from '../support/cache.ts'
import { eventually } from '../support/eventually.ts'

async function replicated() {
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-failover-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const redis = await startHurtRedis(inject('redisBinary'), folder)
  onTestFinished(redis.stop)
  const line = await startLine(redis.port())
  onTestFinished(line.close)
  const setup = await testCache({ url: `redis://127.0.0.1:${line.port}` })
  let version = 1
  const things = setup.cache.aside('thing', {
    tier: 'catalog',
    near: true,
    key: (key: string) => key,
    load: async () => ({ version }),
  })
  const change = () => {
    version++
  }
  const held = () =>
    eventually(async () => expect(await setup.redis.exists(setup.keys.ofCache('thing').value('k'))).toBe(1))
  return { ...setup, redis, line, things, change, held }
}

describe('[G4, G6] a failover', () => {
  it('given a replica that missed an invalidation, when it is promoted, then no read returns its entries', async () => {
    const { redis, line, things, change, held, connection, count } = await replicated()
    await things.get('k')
    await held()
    const strangers = count('stranger')
    await redis.failOver(
      async () => {
        change()
        expect(await things.invalidate(['k'])).toBe(true)
      },
      (port) => line.redirect(port),
    )
    // From the first read on: the new server is not used until it has been checked.
    for (let read = 0; read < 20 || !connection.isUp(); read++) {
      expect(await things.get('k')).toEqual({ version: 2 })
      await new Promise(setImmediate)
    }
    await eventually(() => expect(count('stranger')).toBe(strangers + 1))
    expect(await things.get('k')).toEqual({ version: 2 })
    await eventually(async () => {
      await things.get('k')
      expect(things.peek('k')).toEqual({ version: 2 }) // and the near cache works again
    })
  })

  it('given connections that break, when they reconnect to the same server, then its entries are still valid', async () => {
    const { redis, things, held, connection, count } = await replicated()
    await things.get('k')
    await held()
    const before = { loads: count('load'), strangers: count('stranger') }
    await redis.command('client', 'kill', 'type', 'normal', 'skipme', 'yes')
    await eventually(() => expect(connection.isUp()).toBe(true))
    await eventually(async () => {
      const hits = count('hit')
      await things.get('k')
      expect(count('hit')).toBe(hits + 1)
    })
    expect(count('stranger')).toBe(before.strangers)
  })
})
