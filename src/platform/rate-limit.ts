/**
 * Who asks too often is told to come later: 429 `RATE_LIMITED`, with the seconds in `Retry-After` and in
 * `data.retryAfterSeconds`. Counted per call of a procedure, and so within batches, too.
 *
 * Who verifies passwords asks first, and says how it went:
 *
 *     const attempt = await limits.login({ account: email, address: ctx.address })   // throws when it is too much
 *     if (await verify(password)) await attempt.succeeded()                          // wrong: nothing to say
 *
 * An attempt that nobody judged, since it was too busy, is `withdrawn()`.
 */

import { systemClock } from '../cache/clock.ts'
import { createBreaker } from '../cache/redis/breaker.ts'
import type { RedisConnection } from '../cache/redis/connection.ts'
import { AppError } from './errors.ts'
import type { Log } from './logging.ts'
import { metricNames } from './metric-names.ts'
import type { Metrics } from './metrics.ts'
import { createLocalWindows, type WindowOptions } from './rate-limit.local.ts'
import { createLoginLimit, type LoginAttempt, loginLimits, loginWindows } from './rate-limit.login.ts'
import { createSharedWindows } from './rate-limit.shared.ts'

const limitNames = ['read', 'write', 'register', ...loginLimits] as const
type LimitName = (typeof limitNames)[number]

export interface RateLimits {
  /** One call of a procedure. Throws, or rejects, when it is too much. A promise only where Redis counts. */
  call(type: 'query' | 'mutation' | 'subscription', caller: string): Promise<void> | undefined
  register(address: string): Promise<void>
  login(who: { account: string; address: string }): Promise<LoginAttempt>
}

export interface RateLimitOptions {
  /** A connection with a time limit for each command. */
  redis: RedisConnection['client']
  prefix: string
  /** Of the hashes in the keys. Without one, whoever can read Redis can try out e-mails. */
  secret: Buffer | undefined
  /** A caller's queries a minute, counted by each process for itself. */
  reads: number
  /** A caller's mutations a minute. */
  writes: number
  /** An address' registrations an hour. */
  registrations: number
  /** An address' failed logins in ten minutes. */
  logins: number
  metrics: Metrics
  log: Log
}

export function createRateLimits(options: RateLimitOptions): RateLimits {
  const { redis, prefix, secret, metrics, log } = options
  const refused = metrics.counter(metricNames.rateLimited, 'Calls that were refused: too many.', ['limit'])
  for (const limit of limitNames) refused.inc({ limit }, 0)
  const alone = metrics.counter(metricNames.rateLimitFallbacks, 'Counts taken in this process, since Redis was away.')
  const breaker = createBreaker({
    threshold: 3,
    openMs: 1_000,
    clock: systemClock,
    onChange: (state) => log.warn({ state }, 'rate limits: breaker of Redis'),
  })
  const onFallback = () => alone.inc()
  const windows = (name: string, of: WindowOptions) =>
    createSharedWindows({ name, prefix, redis, breaker, onFallback, ...of })
  const refuse = (limit: LimitName, afterMs: number) => {
    if (afterMs === 0) return
    refused.inc({ limit })
    throw tooMany(Math.ceil(afterMs / 1_000))
  }

  const reads = createLocalWindows({ points: options.reads, seconds: 60 })
  const writes = windows('write', { points: options.writes, seconds: 60 })
  const registrations = windows('register', { points: options.registrations, seconds: 3_600 })
  const of = loginWindows(options.logins)
  const login = {
    address: windows('login-address', of.address),
    pair: windows('login-pair', of.pair),
    account: windows('login-account', of.account),
    known: windows('login-known', of.known),
  }
  return {
    call: (type, caller) => {
      if (type === 'mutation') return writes.take(caller).then((afterMs) => refuse('write', afterMs))
      refuse('read', reads.take(caller))
    },
    register: async (address) => refuse('register', await registrations.take(address)),
    login: createLoginLimit(login, secret, refuse),
  }
}

/** For load tests, which come from one address. */
export const noRateLimits: RateLimits = {
  call: () => undefined,
  register: async () => {},
  login: async () => ({ succeeded: async () => {}, withdrawn: async () => {} }),
}

const tooMany = (retryAfterSeconds: number) =>
  new AppError('TOO_MANY_REQUESTS', 'RATE_LIMITED', `Too many requests: try again in ${retryAfterSeconds} s`, {
    retryAfterSeconds,
  })
