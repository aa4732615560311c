/** What can be wrong when an admin manages the cache, with stable reasons. */
import { NotPossibleError, RedisUnavailableError, UnknownCacheError } from '../cache/errors.ts'
import { AppError } from '../platform/errors.ts'

export const noWarming = () => new AppError('PRECONDITION_FAILED', 'NOT_POSSIBLE', 'Nothing is warmed at the start')
export const redisUnavailable = () =>
  new AppError('SERVICE_UNAVAILABLE', 'REDIS_UNAVAILABLE', 'Redis does not answer: try again in a moment')

/** The engine's errors as those of a client; others as they are. */
export function told(error: unknown): unknown {
  if (error instanceof UnknownCacheError) return new AppError('NOT_FOUND', 'CACHE_NOT_FOUND', error.message)
  if (error instanceof NotPossibleError) return new AppError('PRECONDITION_FAILED', 'NOT_POSSIBLE', error.message)
  return error instanceof RedisUnavailableError ? redisUnavailable() : error
}
