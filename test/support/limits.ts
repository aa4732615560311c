/** Limits on a Redis, as one process has them. */
import { inject, onTestFinished } from 'vitest'
import { connectRedis } from '../../src/cache/redis/connection.ts'
import { createLog } from '../../src/platform/logging.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createRateLimits, type RateLimitOptions } from '../../src/platform/rate-limit.ts'

/** Gone when the current test ends. */
export async function limitsOf(
  prefix: string,
  options: Partial<RateLimitOptions> & { redisUrl?: string; timeoutMs?: number } = {},
) {
  const metrics = createMetrics({ version: 'test' })
  const redis = connectRedis({ url: options.redisUrl ?? inject('redisUrl'), timeoutMs: options.timeoutMs ?? 2_000 })
  const client = redis.connectMore('limits')
  if (client.status !== 'ready') await new Promise((resolve) => client.once('ready', resolve))
  onTestFinished(() => redis.close())
  const limits = createRateLimits({
    redis: client,
    prefix,
    secret: Buffer.alloc(32, 7),
    reads: 5,
    writes: 5,
    registrations: 5,
    logins: 100,
    metrics,
    log: createLog('silent'),
    ...options,
  })
  return { limits, metrics, client }
}

/** How many of the calls are granted, and the errors of the others. */
export async function tally(calls: (Promise<unknown> | undefined)[]) {
  const settled = await Promise.allSettled(calls.map((call) => call ?? Promise.resolve()))
  const refused = settled.filter((one) => one.status === 'rejected').map((one) => one.reason)
  return { granted: settled.length - refused.length, refused }
}
