/** What a scenario may have happen to the databases while it runs. */
import { Redis } from 'ioredis'
import type { FaultKind } from '../../load-tests/lib/faults.ts'
import { findRedis, type LocalRedis, portToComeBackTo, redisHelp, startRedis } from '../stack/redis.ts'

/** A Redis that can be hurt, and comes back where it was. */
export interface FragileRedis {
  url: string
  do(fault: RedisFault): Promise<void>
  stop(): Promise<void>
}

type RedisFault = Exclude<FaultKind, 'postgres-restart'>

/** An empty one, its files in `folder`. */
export async function startFragileRedis(folder: string): Promise<FragileRedis> {
  const binary = findRedis()
  if (!binary) throw new Error(`This needs Redis. ${redisHelp}`)
  let redis: LocalRedis = await startRedis(binary, folder, { port: await portToComeBackTo() })
  const { url } = redis
  const port = Number(new URL(url).port)
  return {
    url,
    do: async (fault) => {
      if (fault === 'redis-flush') await flush(url)
      else if (fault === 'redis-start') redis = await startRedis(binary, folder, { port })
      else
        process.kill(redis.pid, { 'redis-kill': 'SIGKILL', 'redis-hang': 'SIGSTOP', 'redis-resume': 'SIGCONT' }[fault])
    },
    stop: async () => {
      // One that is stopped ends only when it goes on; one that was killed is gone.
      try {
        process.kill(redis.pid, 'SIGCONT')
      } catch {}
      await redis.stop()
    },
  }
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 1_000, commandTimeout: 2_000 })
  redis.on('error', () => {}) // the command reports it
  try {
    await redis.connect()
    await redis.flushall()
  } finally {
    redis.disconnect()
  }
}
