/** redis.conf, as a real server understands it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { startRedis } from '../scripts/stack/redis.ts'

async function redisForTest(directives: string[] = []): Promise<Redis> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-conf-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const server = await startRedis(inject('redisBinary'), folder, { directives })
  onTestFinished(() => server.stop())
  const redis = new Redis(server.url)
  onTestFinished(() => redis.disconnect())
  return redis
}

async function setting(redis: Redis, name: string): Promise<string | undefined> {
  const [, value] = (await redis.config('GET', name)) as string[]
  return value
}

describe('redis.conf', () => {
  it('given a server started with it, when asked, then it is a bounded cache that keeps nothing on disk', async () => {
    const redis = await redisForTest()
    const expected = {
      maxmemory: String(1500 * 1024 * 1024),
      'maxmemory-policy': 'volatile-lru',
      'maxmemory-samples': '10',
      save: '',
      appendonly: 'no',
      'tcp-keepalive': '300',
      timeout: '0',
      'lazyfree-lazy-eviction': 'yes',
      'lazyfree-lazy-expire': 'yes',
      'lazyfree-lazy-server-del': 'yes',
      'lazyfree-lazy-user-del': 'yes',
      'lazyfree-lazy-user-flush': 'yes',
      'replica-lazy-flush': 'yes',
      'slowlog-log-slower-than': '10000',
      'latency-monitor-threshold': '25',
    }
    const names = Object.keys(expected)
    const values = await Promise.all(names.map((name) => setting(redis, name)))
    expect(Object.fromEntries(names.map((name, index) => [name, values[index]]))).toEqual(expected)
  })

  it('given a full server, when more is written, then old keys go and no write fails', async () => {
    const redis = await redisForTest(['--maxmemory', '3mb'])
    const value = 'x'.repeat(10_000)
    for (let n = 0; n < 500; n++) await redis.set(`key:${n}`, value, 'PX', 60_000) // 5 MB in all: OOM would reject
    const evicted = Number(/evicted_keys:(\d+)/.exec(await redis.info('stats'))?.[1])
    expect(evicted).toBeGreaterThan(0)
    expect(await redis.dbsize()).toBeLessThan(500)
    expect(await redis.get('key:499')).toBe(value) // the newest: nothing that was just written is thrown away
  })
})
