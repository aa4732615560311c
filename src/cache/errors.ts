/** The errors of the engine. Callers distinguish them by class. A load's own error is passed on unchanged. */

export class CacheError extends Error {
  override name = 'CacheError'
}

/** A load resolved `undefined`, which cannot be cached. */
export class UndefinedValueError extends CacheError {
  override name = 'UndefinedValueError'
  constructor(cache: string) {
    super(`The load of cache "${cache}" resolved undefined. Return null for "does not exist".`)
  }
}

/** A payload is truncated, of an unknown format, or of another schema. The read counts as a miss and replaces it. */
export class DecodeError extends CacheError {
  override name = 'DecodeError'
}

/** Redis did not reply to a command within the time limit. It may execute the command all the same. */
export class CommandTimeoutError extends CacheError {
  override name = 'CommandTimeoutError'
  constructor(timeoutMs: number) {
    super(`Redis did not reply within ${timeoutMs} ms.`)
  }
}

/** A load exceeded its time limit; its AbortSignal has fired. */
export class LoadTimeoutError extends CacheError {
  override name = 'LoadTimeoutError'
  constructor(cache: string, timeoutMs: number) {
    super(`The load of cache "${cache}" took longer than ${timeoutMs} ms.`)
  }
}

/** Another caller holds the lease and did not finish its load within the time limit. */
export class WaitTimeoutError extends CacheError {
  override name = 'WaitTimeoutError'
  constructor(cache: string, timeoutMs: number) {
    super(`Cache "${cache}" waited ${timeoutMs} ms for another caller's load.`)
  }
}

/** No cache of this name is declared. */
export class UnknownCacheError extends CacheError {
  override name = 'UnknownCacheError'
  constructor(cache: string) {
    super(`There is no cache "${cache}".`)
  }
}

/** The operation needs Redis, and Redis is unavailable. */
export class RedisUnavailableError extends CacheError {
  override name = 'RedisUnavailableError'
  constructor(cause?: unknown) {
    super('Redis is unavailable.', { cause })
  }
}

/** The cache's options or the switches do not allow the operation. */
export class NotPossibleError extends CacheError {
  override name = 'NotPossibleError'
}

/** The maximum number of concurrent loads is running. The caller may retry later. */
export class OverloadedError extends CacheError {
  override name = 'OverloadedError'
  constructor(cache: string, maxLoads: number) {
    super(`Cache "${cache}" has no value, and the maximum of ${maxLoads} concurrent loads is running.`)
  }
}
