/** Warming: reading what will be asked for before anybody asks, a bounded number at a time. */
import type { Aside } from './options.ts'

export interface WarmOptions {
  /** Keys that are read together. Default 50. */
  batch?: number
  /** Batches under way at once. Default 2: the source is not to feel it. */
  concurrency?: number
  onProgress?: (done: number) => void
  signal?: AbortSignal
}

export interface WarmResult {
  warmed: number
  /** Keys of batches whose load failed. */
  failed: number
}

/** Reads `inputs`. A batch that fails is counted, and the rest goes on. */
export async function warm<Input, Value>(
  cache: Pick<Aside<Input, Value>, 'getMany'>,
  inputs: readonly Input[],
  { batch = 50, concurrency = 2, onProgress, signal }: WarmOptions = {},
): Promise<WarmResult> {
  const result = { warmed: 0, failed: 0 }
  let next = 0
  const worker = async () => {
    while (next < inputs.length && !signal?.aborted) {
      const some = inputs.slice(next, next + batch)
      next += batch
      await cache.getMany(some).then(
        () => {
          result.warmed += some.length
        },
        () => {
          result.failed += some.length
        },
      )
      onProgress?.(result.warmed + result.failed)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return result
}
