/**
 * A process that reads and writes entries through its own cache and checks what it reads: never older than what was
 * acknowledged before it asked. The truth, and what was acknowledged, are numbers in another Redis.
 * node history-worker.ts <cache url> <truth url> <prefix> <job as JSON>
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createCache } from '../../src/cache/cache.ts'
import { WaitTimeoutError } from '../../src/cache/errors.ts'
import { connectRedis } from '../../src/cache/redis/connection.ts'
import { createSwitches, type Mechanism } from '../../src/cache/switches.ts'

export interface Job {
  kind: 'invalidate' | 'write-through'
  near: boolean
  disabled: Mechanism[]
  seconds: number
}

export interface Tally {
  reads: number
  writes: number
  stale: { got: number; acknowledged: number }[]
}

const [cacheUrl = '', truthUrl = '', prefix = '', text = ''] = process.argv.slice(2)
const { kind, near, disabled, seconds } = JSON.parse(text) as Job
const redis = connectRedis({ url: cacheUrl, timeoutMs: 100 })
const truth = new Redis(truthUrl)
await redis.waitUntilUp(5_000)
const cache = createCache({ redis, prefix, switches: createSwitches('full', disabled) })
const tally: Tally = { reads: 0, writes: 0, stale: [] }
let failures = 0
cache.events.on(({ type }) => {
  if (type === 'store-error') failures++
})

interface Row {
  version: number
}
const keys = ['a', 'b', 'c', 'd']
const upTo = (ms: number) => Math.random() * ms
const any = () => keys[Math.floor(upTo(keys.length))] as string
const things = cache.writeThrough('thing', {
  tier: 'consistent',
  key: (key: string) => key,
  near,
  tags: () => ['all'],
  version: kind === 'write-through' ? ({ version }: Row) => version : () => 0,
  load: async (key): Promise<Row> => {
    await sleep(upTo(10))
    const version = Number(await truth.get(`version:${key}`))
    await sleep(upTo(Math.random() < 0.05 ? 300 : 20))
    return { version }
  },
})
await cache.start()

const end = Date.now() + seconds * 1_000
await Promise.all([...Array.from({ length: 10 }, read), write(), write()])
process.send?.(tally, () => process.exit())

async function read(): Promise<void> {
  while (Date.now() < end) {
    const key = any()
    const acknowledged = Number(await truth.get(`acknowledged:${key}`))
    if (near) {
      await sleep(50) // G4 grants near caches so much
      await new Promise(setImmediate) // a process that got no CPU meanwhile hears what has arrived before it reads
    }
    try {
      const [row] = Math.random() < 0.2 ? await things.getMany([key]) : [await things.get(key)]
      tally.reads++
      const got = row?.version ?? 0
      if (got < acknowledged) tally.stale.push({ got, acknowledged })
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error // a busy machine, and a holder that stood still
    }
    await sleep(upTo(4))
  }
}

async function write(): Promise<void> {
  while (Date.now() < end) {
    await sleep(upTo(200))
    const [key, failuresBefore] = [any(), failures]
    const commit = async () => ({ version: await truth.incr(`version:${key}`) })
    let version: number
    if (kind === 'write-through') version = (await things.write(key, commit))?.version ?? 0
    else {
      version = (await commit()).version
      await things.invalidate([key])
    }
    if (failures > failuresBefore) continue // Redis did not take it: that is for the outbox to mend
    const raise = `if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end`
    await truth.eval(raise, 1, `acknowledged:${key}`, version)
    tally.writes++
  }
}
