import { randomUUID } from 'node:crypto'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AppRouter } from '../src/app.ts'
import { startTestApp } from './support/app.ts'
import { limitsOf, tally } from './support/limits.ts'
import { ownRedis } from './support/redis.ts'
import { failureOf, startTwoApps } from './support/staff.ts'

const nobody = { id: '00000000-0000-7000-8000-000000000000' }
const many = (count: number, call: () => Promise<unknown> | undefined) => Array.from({ length: count }, () => call())
const repeat = async <T>(count: number, call: () => Promise<T>) => {
  const results: T[] = []
  while (results.length < count) results.push(await call())
  return results
}

describe('limits of callers', () => {
  it('given two processes, when mutations come to both, then they share one limit; the answer says when to come again', async () => {
    const two = await startTwoApps({ RATE_LIMITS: 'on', RATE_LIMIT_WRITES: '6' })
    onTestFinished(two.stop)
    const reasons = await repeat(5, async () => [
      (await failureOf(two.here.trpc.inventory.reservation.release.mutate(nobody))).reason,
      (await failureOf(two.there.trpc.inventory.reservation.release.mutate(nobody))).reason,
    ])
    const counted = reasons.flat().filter((reason) => reason === 'RATE_LIMITED')
    expect(counted).toHaveLength(4)
    expect(reasons.flat().slice(0, 6)).not.toContain('RATE_LIMITED')

    const trpc = await fetch(`${two.here.base}/trpc/inventory.reservation.release`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(nobody),
    })
    const rest = await fetch(`${two.there.base}/api/reservations/${nobody.id}/release`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    const { data } = ((await trpc.json()) as { error: { data: Record<string, unknown> } }).error
    const { error } = (await rest.json()) as { error: Record<string, unknown> }
    expect([trpc.status, rest.status]).toEqual([429, 429])
    expect(data).toMatchObject({ code: 'TOO_MANY_REQUESTS', reason: 'RATE_LIMITED' })
    expect(error).toMatchObject({ code: 'TOO_MANY_REQUESTS', reason: 'RATE_LIMITED' })
    expect(trpc.headers.get('retry-after')).toBe(String(data.retryAfterSeconds))
    expect(rest.headers.get('retry-after')).toBe(String(error.retryAfterSeconds))
    expect(Number(data.retryAfterSeconds)).toBeGreaterThan(0)
    expect(Number(data.retryAfterSeconds)).toBeLessThanOrEqual(60)
    const metrics = await (await fetch(`${two.here.base}/metrics`)).text()
    expect(metrics).toMatch(/rate_limited_total\{limit="write"\} [1-9]/)
    expect(metrics).toContain('rate_limited_total{limit="login_account"} 0')
    expect(metrics).toMatch(/trpc_request_duration_seconds_count\{.*code="TOO_MANY_REQUESTS"\}/)
  })

  it('given a batch, when it has more calls than the limit, then each call counts', async () => {
    const shop = await startTestApp({ RATE_LIMITS: 'on', RATE_LIMIT_READS: '6' })
    onTestFinished(() => shop.stop())
    const { granted, refused } = await tally(many(20, () => shop.trpc.catalog.category.tree.query()))
    expect([granted, refused.length]).toEqual([6, 14])
    expect(refused.every((error) => error.data.reason === 'RATE_LIMITED')).toBe(true)
  })

  it('given a proxy in front, when it is trusted, then its callers are counted apart, else together', async () => {
    const through = async (trust: string) => {
      const shop = await startTestApp({ RATE_LIMITS: 'on', RATE_LIMIT_READS: '1', TRUST_PROXY: trust })
      onTestFinished(() => shop.stop())
      const from = async (address: string) =>
        (await fetch(`${shop.base}/api/categories`, { headers: { 'X-Forwarded-For': address } })).status
      return [
        await from('192.0.2.1'),
        await from('192.0.2.2'),
        await from('2001:db8::1'),
        await from('2001:db8::2:2'), // the same /64
        await from('6.6.6.6, 192.0.2.3'), // what the caller claims, and what the proxy saw
        await from('7.7.7.7, 192.0.2.3'),
      ]
    }
    expect(await through('1')).toEqual([200, 200, 200, 429, 200, 429])
    expect(await through('0')).toEqual([200, 429, 429, 429, 429, 429])
  })

  it('given RATE_LIMITS=off, when asked often, then nobody is refused', async () => {
    const shop = await startTestApp({ RATE_LIMITS: 'off', RATE_LIMIT_READS: '1', RATE_LIMIT_WRITES: '1' })
    onTestFinished(() => shop.stop())
    const trpc = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${shop.base}/trpc`, maxItems: 20 })] })
    expect(await tally(many(20, () => trpc.catalog.category.tree.query()))).toMatchObject({ granted: 20 })
  })
})

describe('limits without Redis', () => {
  it('given Redis dead, when mutations come, then each process counts by itself; when it is back, Redis counts', async () => {
    const redis = await ownRedis()
    const { limits, metrics, client } = await limitsOf(randomUUID(), { redisUrl: redis.url })
    const down = new Promise((resolve) => client.once('close', resolve))
    await redis.stop()
    await down
    expect(await tally(many(12, () => limits.call('mutation', 'a')))).toMatchObject({ granted: 5 })
    expect(await metrics.text()).toMatch(/rate_limit_fallbacks_total 12/)
    const up = new Promise((resolve) => client.once('ready', resolve))
    await redis.start()
    await up
    await expect
      .poll(
        async () => {
          await limits.call('mutation', randomUUID())
          return await client.dbsize()
        },
        { timeout: 10_000 },
      )
      .toBeGreaterThan(0)
  })

  it('given a Redis that hangs, when mutations come one after another, then only the first few wait for it', async () => {
    const redis = await ownRedis()
    const { limits } = await limitsOf(randomUUID(), { redisUrl: redis.url, timeoutMs: 150 })
    redis.freeze()
    const waits: boolean[] = []
    for (let call = 0; call < 8; call++) {
      const answered = limits.call('mutation', `caller-${call}`)?.then(() => 'answered')
      // An answer that needs no Redis is there before any timer.
      waits.push((await Promise.race([answered, new Promise((resolve) => setImmediate(resolve))])) !== 'answered')
      await answered
    }
    expect(waits).toEqual([true, true, true, false, false, false, false, false])
    redis.thaw()
  })

  it('given more callers than there is room for, when counted locally, then the oldest are forgotten', async () => {
    const { createLocalWindows } = await import('../src/platform/rate-limit.local.ts')
    const windows = createLocalWindows({ points: 1, seconds: 60 }, 100)
    const taken = Array.from({ length: 200 }, (_, caller) => windows.take(`caller-${caller}`))
    expect(taken.every((afterMs) => afterMs === 0)).toBe(true)
    expect(windows.take('caller-199')).toBeGreaterThan(0)
    expect(windows.take('caller-0')).toBe(0)
  })
})
