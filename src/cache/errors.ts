/** What can go wrong in the cache, told apart by type. */

export class CacheError extends Error {
  override name = 'CacheError'
}

/** `undefined` cannot be cached: a load says "does not exist" with null. */
export class UndefinedValueError extends CacheError {
  override name = 'UndefinedValueError'
  constructor(cache: string) {
    super(`The load of cache "${cache}" answered undefined. Answer null for "does not exist".`)
  }
}

/** A payload that is not ours, truncated, or of another format. One load heals it. */
export class DecodeError extends CacheError {
  override name = 'DecodeError'
}

/** Redis did not answer a command within its time. It may carry it out all the same. */
export class CommandTimeoutError extends CacheError {
  override name = 'CommandTimeoutError'
  constructor(timeoutMs: number) {
    super(`Redis did not answer within ${timeoutMs} ms.`)
  }
}

/** The load did not answer within its time; its AbortSignal has fired. */
export class LoadTimeoutError extends CacheError {
  override name = 'LoadTimeoutError'
  constructor(cache: string, timeoutMs: number) {
    super(`The load of cache "${cache}" took longer than ${timeoutMs} ms.`)
  }
}

/** Somebody else loads the entry, and was not done in time. */
export class WaitTimeoutError extends CacheError {
  override name = 'WaitTimeoutError'
  constructor(cache: string, timeoutMs: number) {
    super(`Cache "${cache}" waited ${timeoutMs} ms for a load that is under way elsewhere.`)
  }
}

/** There is no cache of this name. */
export class UnknownCacheError extends CacheError {
  override name = 'UnknownCacheError'
  constructor(cache: string) {
    super(`There is no cache "${cache}".`)
  }
}

/** Redis is needed for this, and does not answer. */
export class RedisUnavailableError extends CacheError {
  override name = 'RedisUnavailableError'
  constructor(cause?: unknown) {
    super('Redis does not answer.', { cause })
  }
}

/** The cache, as it is set up, has no way to do this. */
export class NotPossibleError extends CacheError {
  override name = 'NotPossibleError'
}

/** As many loads run as may: this one would have been too many. Try again soon. */
export class OverloadedError extends CacheError {
  override name = 'OverloadedError'
  constructor(cache: string, limit: number) {
    super(`Cache "${cache}" has nothing to answer with, and ${limit} loads are running already.`)
  }
}
