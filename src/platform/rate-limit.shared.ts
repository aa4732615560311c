/**
 * Counts in fixed windows that all processes share, in Redis, by rate-limiter-flexible (docs/decisions/0027). While
 * Redis is away or too slow, each process counts by itself: a limit that is too generous by the number of processes is
 * better than none, and than no logins.
 */
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Breaker } from '../cache/redis/breaker.ts'
import type { RedisConnection } from '../cache/redis/connection.ts'
import { createLocalWindows, type WindowOptions } from './rate-limit.local.ts'

export interface SharedWindowsOptions extends WindowOptions {
  name: string
  prefix: string
  redis: RedisConnection['client']
  /** Opens after some failures: a Redis that hangs would make each caller wait for its time limit. */
  breaker: Breaker
  onFallback(error?: unknown): void
}

export interface SharedWindows {
  /** Takes one. 0: granted; else the ms after which there is room again. Never rejects. */
  take(key: string): Promise<number>
  giveBack(key: string): Promise<void>
  forget(key: string): Promise<void>
  /** Whether something was taken in the present window. */
  has(key: string): Promise<boolean>
}

export function createSharedWindows(options: SharedWindowsOptions): SharedWindows {
  const { name, points, seconds, prefix, redis, breaker, onFallback } = options
  const shared = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `${prefix}:limit:${name}`,
    points,
    duration: seconds,
    rejectIfRedisNotReady: true,
  })
  const local = createLocalWindows({ points, seconds })

  /** What Redis says, or `instead` where it does not say anything in time. */
  async function ask<T>(question: () => Promise<T>, instead: () => T): Promise<T> {
    if (!breaker.tryAcquire()) {
      onFallback()
      return instead()
    }
    try {
      const answer = await question()
      breaker.recordSuccess()
      return answer
    } catch (error) {
      breaker.recordFailure()
      onFallback(error)
      return instead()
    }
  }
  return {
    take: (key) =>
      ask(
        () => consume(shared, key),
        () => local.take(key),
      ),
    giveBack: (key) =>
      ask(
        async () => void (await shared.reward(key, 1)),
        () => local.giveBack(key),
      ),
    forget: (key) =>
      ask(
        async () => void (await shared.delete(key)),
        () => local.forget(key),
      ),
    has: (key) =>
      ask(
        async () => (await shared.get(key)) !== null,
        () => local.has(key),
      ),
  }
}

/** The library rejects with an error of the store, and also with the state of a window that is full. */
async function consume(limiter: RateLimiterRedis, key: string): Promise<number> {
  try {
    await limiter.consume(key)
    return 0
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return Math.max(refusal.msBeforeNext, 1)
    throw refusal
  }
}
