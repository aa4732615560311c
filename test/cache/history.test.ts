/** Checks reads against the writes acknowledged before them, in three processes, under faults of Redis and processes. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Job, Tally } from '../support/history-worker.ts'
import { type OwnRedis, ownRedis } from '../support/redis.ts'

const script = fileURLToPath(new URL('../support/history-worker.ts', import.meta.url))

type Fault = (admin: Redis, server: OwnRedis, workers: ChildProcess[]) => Promise<unknown>
const any = <T>(all: readonly T[]) => all[Math.floor(Math.random() * all.length)] as T

const faults: Fault[] = [
  (admin) => admin.flushall(),
  (admin) => admin.script('FLUSH'),
  (admin) => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
  async (admin) => admin.del(any([...(await admin.keys('h:*')), 'none'])), // evicted
  async (admin) => {
    const connections = String(await admin.client('LIST')).matchAll(/id=(\d+) .*name=caching-reference/g)
    await admin.client('KILL', 'ID', any(Array.from(connections, ([, id]) => Number(id))))
  },
  async (_admin, server) => {
    server.freeze()
    await sleep(Math.random() * 300)
    server.thaw()
  },
  async (_admin, _server, workers) => {
    const worker = any(workers)
    worker.kill('SIGSTOP') // a long pause: its leases expire
    await sleep(Math.random() * 2_500)
    worker.kill('SIGCONT')
  },
]

/** Runs the job in three processes, optionally with a fault about every half second; sums up their results. */
async function run(job: Job, hurt: boolean): Promise<Tally> {
  const [server, truth] = [await ownRedis(), await ownRedis()]
  const admin = new Redis(server.url)
  onTestFinished(() => admin.disconnect())
  const workers = [1, 2, 3].map(() => fork(script, [server.url, truth.url, 'h', JSON.stringify(job)], { execArgv: [] }))
  onTestFinished(() => {
    for (const worker of workers) worker.kill('SIGKILL')
  })
  let ended = false
  const tally = async (worker: ChildProcess) => {
    const failed = once(worker, 'exit').then(() => Promise.reject(new Error('a process ended before it was done')))
    const [message] = await Promise.race([once(worker, 'message'), failed])
    return message as Tally
  }
  const tallies = Promise.all(workers.map(tally))
  const done = tallies.finally(() => {
    ended = true
  })
  while (hurt && !ended) {
    await Promise.race([done, sleep(200 + Math.random() * 500)])
    await any(faults)(admin, server, workers).catch(() => {}) // the killed connection may be the test's own
  }
  const sum = { reads: 0, writes: 0, stale: [] } as Tally
  for (const { reads, writes, stale } of await tallies) {
    sum.reads += reads
    sum.writes += writes
    sum.stale.push(...stale)
  }
  return sum
}

const job: Job = { kind: 'invalidate', near: false, disabled: [], seconds: 6 }

describe('[G3, G4] a history of reads and writes in three processes', () => {
  it.each([
    ['invalidated', job],
    ['invalidated, with near caches', { ...job, near: true }],
    ['written through', { ...job, kind: 'write-through' }],
    ['written through, with near caches', { ...job, kind: 'write-through', near: true }],
  ] as const)(
    'given entries that are %s, and connections, scripts, entries, servers and processes that fail, when entries are read, then no read misses an acknowledged write',
    async (_how, job) => {
      const { reads, writes, stale } = await run(job, true)
      expect(stale).toEqual([])
      expect(reads).toBeGreaterThan(100)
      expect(writes).toBeGreaterThan(10)
    },
    60_000,
  )

  it('given fencing switched off, when entries are read, then the check finds stale reads (the check can fail)', async () => {
    const { stale } = await run({ ...job, disabled: ['fencing'] }, false)
    expect(stale.length).toBeGreaterThan(0)
  }, 60_000)
})
