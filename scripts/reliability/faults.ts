/** The faults that are injected, and what the application promises during each. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Allowance, withoutRedisMs } from './bounds.ts'
import type { Rig } from './rig.ts'

export interface Fault extends Allowance {
  name: string
  /** In words. */
  promise: string
  /** Takes so long that only a long run injects it, once in ten rounds. */
  seldom?: true
  /** Meanwhile only one category is renamed: see `Stage.isQuiet`. */
  quiet?: true
  /** Injects the fault, waits, and heals it. */
  inject(rig: Rig): Promise<unknown>
}

const strict = { promise: 'no acknowledged change is missed', allowedStaleMs: 0 }
/** The relay's part of G5 waits for as long as what it needs is away. */
const relayWaits = (relayLateMs: number) => ({ ...strict, relayLateMs })
/** While a process can't tell Redis of a change, or can't hear of it, the change reaches others by the outbox. */
const bounded = (allowedStaleMs: number) => ({
  promise: `reads and writes go on; an answer may be overtaken for ${allowedStaleMs / 1_000} s`,
  allowedStaleMs,
})

const times = async (count: number, pauseMs: number, work: () => Promise<unknown>) => {
  for (let done = 0; done < count; done++) {
    await work()
    await delay(pauseMs)
  }
}

const blocking = `local t = redis.call('TIME') local till = t[1] * 1000000 + t[2] + ARGV[1]
  repeat t = redis.call('TIME') until t[1] * 1000000 + t[2] > till return 1`

export const faults: Fault[] = [
  { name: 'none', ...strict, inject: () => delay(500) },
  { name: 'none, and only a category is renamed', ...strict, quiet: true, inject: () => delay(2_000) },
  {
    name: 'Redis: kill -9, back empty after 0.7 s',
    ...bounded(withoutRedisMs),
    inject: async ({ redis }) => {
      await redis.kill()
      await delay(700)
      await redis.start()
    },
  },
  {
    name: 'Redis: SIGSTOP for 1 s',
    ...bounded(withoutRedisMs),
    inject: async ({ redis }) => {
      redis.freeze()
      await delay(1_000)
      redis.thaw()
    },
  },
  {
    name: 'Redis: FLUSHALL, five times',
    ...strict,
    inject: ({ redis }) => times(5, 150, () => redis.command('flushall')),
  },
  {
    name: 'Redis: CLIENT KILL TYPE normal, five times',
    ...bounded(withoutRedisMs),
    inject: ({ redis }) => times(5, 150, () => redis.command('client', 'kill', 'type', 'normal', 'skipme', 'yes')),
  },
  {
    name: 'Redis: CLIENT KILL TYPE pubsub, five times',
    ...strict,
    inject: ({ redis }) => times(5, 150, () => redis.command('client', 'kill', 'type', 'pubsub')),
  },
  {
    name: 'Redis: a script of 0.4 s, three times',
    ...bounded(withoutRedisMs),
    inject: ({ redis }) => times(3, 200, () => redis.command('eval', blocking, 0, 400_000)),
  },
  {
    name: 'Redis: no memory left, everything is evicted',
    ...strict,
    inject: async ({ redis }) => {
      const [, policy] = (await redis.command('config', 'get', 'maxmemory-policy')) as string[]
      const [, limit] = (await redis.command('config', 'get', 'maxmemory')) as string[]
      await redis.command('config', 'set', 'maxmemory-policy', 'allkeys-random')
      const used = Number(/used_memory:(\d+)/.exec(String(await redis.command('info', 'memory')))?.[1])
      await redis.command('config', 'set', 'maxmemory', used + 300_000)
      const junk = () => redis.command('set', `junk-${Math.random()}`, 'x'.repeat(150_000)).catch(() => {}) // no room for it
      await times(10, 80, junk)
      await redis.command('config', 'set', 'maxmemory', limit ?? '0')
      await redis.command('config', 'set', 'maxmemory-policy', policy ?? 'noeviction')
    },
  },
  {
    name: 'Redis: failover to a replica 0.5 s behind',
    ...bounded(withoutRedisMs),
    inject: ({ redis, lines }) =>
      redis.failOver(
        () => delay(500),
        (port) => {
          for (const line of lines) line.redirect(port)
        },
      ),
  },
  {
    name: 'network to Redis: cut for 1 s',
    ...bounded(withoutRedisMs),
    inject: async ({ lines }) => {
      for (const line of lines) line.cut()
      await delay(1_000)
      for (const line of lines) line.heal()
    },
  },
  {
    name: 'network to Redis: cut for one process, for 1.5 s',
    ...bounded(withoutRedisMs),
    inject: async ({ lines }) => {
      lines[0]?.cut()
      await delay(1_500)
      lines[0]?.heal()
    },
  },
  {
    name: 'network to Redis: half-open for 1.5 s',
    ...bounded(4_000),
    inject: async ({ lines }) => {
      for (const line of lines) line.silence()
      await delay(1_500)
      for (const line of lines) line.heal()
    },
  },
  {
    name: 'network to Redis: 20 ms more each way, for 1 s',
    ...bounded(200),
    inject: async ({ lines }) => {
      for (const line of lines) line.slow(20)
      await delay(1_000)
      for (const line of lines) line.heal()
    },
  },
  {
    name: 'Postgres: restarted (fast)',
    ...relayWaits(4_000),
    inject: ({ postgres }) => postgres.restart('fast', 200),
  },
  {
    name: 'Postgres: crashed and recovered (immediate)',
    ...relayWaits(4_000),
    inject: ({ postgres }) => postgres.restart('immediate', 200),
  },
  {
    name: 'Postgres: all connections ended, and none to be had for 0.7 s',
    ...relayWaits(3_000),
    inject: ({ postgres }) => postgres.exhaust(700),
  },
  {
    name: 'Postgres: a table locked for 0.7 s, the pool fills up',
    ...relayWaits(1_000),
    inject: ({ postgres }) => postgres.lock('product', 700),
  },
  {
    name: 'Postgres: a table locked beyond the statement timeout (1 s)',
    ...relayWaits(2_000),
    inject: ({ postgres }) => postgres.lock('price', 1_500),
  },
  {
    name: 'Postgres: writes refused for 0.7 s (as on a full disk)',
    ...relayWaits(3_000),
    inject: ({ postgres }) => postgres.refuseWrites(700),
  },
  {
    name: 'a process: kill -9, and started again',
    ...relayWaits(1_000),
    inject: ({ fleet }) => fleet.killAndRestart(0),
  },
  {
    name: 'a process: SIGSTOP for 2.5 s, longer than its leases',
    ...relayWaits(3_000),
    inject: async ({ fleet }) => {
      fleet.signal(0, 'SIGSTOP')
      await delay(2_500)
      fleet.signal(0, 'SIGCONT')
    },
  },
  {
    name: 'a process: SIGSTOP for 30 s, longer than all its timeouts',
    ...relayWaits(31_000),
    seldom: true,
    inject: async ({ fleet }) => {
      fleet.signal(0, 'SIGSTOP')
      await delay(30_000)
      fleet.signal(0, 'SIGCONT')
    },
  },
  {
    name: 'a process: its clock jumps 15 min ahead, behind, and back',
    ...strict,
    inject: ({ fleet }) => times(3, 400, async () => fleet.signal(0, 'SIGUSR2')),
  },
  {
    name: 'a process: its event loop stands still for 1.5 s',
    ...relayWaits(2_000),
    inject: async ({ fleet }) => {
      fleet.signal(0, 'SIGWINCH')
      await delay(1_500)
    },
  },
]
