/**
 * What a cache must do with an application's own client. A program of its own, so that it also runs on other copies and
 * versions of ioredis (test/cache/lifted-out.test.ts). Prints one line for each check that holds.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createCache } from '../../src/cache/cache.ts'

const url = process.env.REDIS_URL ?? ''
const prefix = `own-client-${process.pid}` // of keys, and of the names of connections
// Nothing of this may change what the cache does.
const options = { keyPrefix: 'app:', enableAutoPipelining: true, lazyConnect: true, connectionName: prefix }
const client = new Redis(url, options)
const other = new Redis(url, { connectionName: `${prefix}-other` })
const cache = createCache({ redis: { client, timeoutMs: 200 }, prefix })
const others = createCache({ redis: { client: other }, prefix })
await Promise.all([cache.start(5_000), others.start(5_000)])

async function until(name: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const started = Date.now(); !(await holds()); await delay(5)) {
    if (Date.now() - started > 10_000) throw new Error(`Does not hold: ${name}`)
  }
  console.log(name)
}

let row = 'v1'
let loads = 0
const declare = (engine: typeof cache, near: boolean) =>
  engine.aside('thing', {
    tier: 'catalog',
    near,
    key: (key: string) => key,
    load: async () => {
      loads++
      await delay(20)
      return row
    },
  })
const things = declare(cache, true)
const elsewhere = declare(others, false)

await Promise.all([...Array(50)].flatMap(() => [things.get('a'), elsewhere.get('a')]))
await until('one load for two processes', () => loads === 1)
await until('near', async () => (await things.get('a')) === 'v1' && things.peek('a') === 'v1')
await until('keys as named', async () => (await other.exists(`${prefix}:v:thing:{a}`)) === 1)
row = 'v2'
await elsewhere.invalidate(['a'])
await until('near cache hears of an invalidation elsewhere', () => things.peek('a') === undefined)
await until('new value', async () => (await things.get('a')) === 'v2')

// A Redis that does not answer: the time limit of commands holds, and late replies hurt nobody.
await other.call('CLIENT', 'PAUSE', '700')
const started = Date.now()
await cache.getOrSet('paused', async () => 1)
await until('time limit', () => Date.now() - started < 650)
await until('stores again', async () => {
  await cache.getOrSet('again', async () => 1)
  return (await other.exists(`${prefix}:v:one-off:{again}`)) === 1
})

// A connection that is lost: everything comes back.
const connections = async () => {
  const list = String(await other.call('CLIENT', 'LIST')).split('\n')
  return list.flatMap((line) => {
    const [, id = '', name = ''] = /^id=(\d+).* name=(\S+)/.exec(line) ?? []
    return name.startsWith(prefix) ? [{ id, name }] : []
  })
}
for (const { id, name } of await connections()) {
  if (!name.startsWith(`${prefix}-other`)) await other.call('CLIENT', 'KILL', 'ID', id)
}
await until('near again after all connections were lost', async () => {
  await things.get('a')
  return things.peek('a') === 'v2'
})
row = 'v3'
await elsewhere.invalidate(['a'])
await until('hears again', async () => things.peek('a') === undefined && (await things.get('a')) === 'v3')

await Promise.all([cache.close(), others.close()])
await until('only the clients of the application are left', async () => {
  const names = (await connections()).map(({ name }) => name)
  return names.sort().join() === [prefix, `${prefix}-other`].join()
})
await Promise.all([client.quit(), other.quit()])
