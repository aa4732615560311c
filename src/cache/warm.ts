/** Warming: reads keys before they are requested, a bounded number at a time. A cached key is not loaded again. */
import type { Aside } from './options.ts'

export interface WarmOptions {
  /** Keys per `getMany`. Default 50. */
  batch?: number
  /** Batches in flight at once. Default 2, to keep the load on the source low. */
  concurrency?: number
  /** Called after each batch with the number of keys that are done. */
  onProgress?: (doneCount: number) => void
  /** Stops before the next batch when aborted. */
  signal?: AbortSignal
}

export interface WarmResult {
  warmed: number
  /** The keys of all batches whose load failed. */
  failed: number
}

/** Reads `inputs` in batches. Never rejects: a batch that fails is counted, and the next one follows. */
export async function warm<Input, Value>(
  cache: Pick<Aside<Input, Value>, 'getMany'>,
  inputs: readonly Input[],
  { batch = 50, concurrency = 2, onProgress, signal }: WarmOptions = {},
): Promise<WarmResult> {
  const result = { warmed: 0, failed: 0 }
  let next = 0
  const worker = async () => {
    while (next < inputs.length && !signal?.aborted) {
      const keys = inputs.slice(next, next + batch)
      next += batch
      await cache.getMany(keys).then(
        () => {
          result.warmed += keys.length
        },
        () => {
          result.failed += keys.length
        },
      )
      onProgress?.(result.warmed + result.failed)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return result
}
