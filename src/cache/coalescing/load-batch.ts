/**
 * Batched loads for `getMany`: one call of `loadMany` loads all keys for which this process won the lease. The reads of
 * the single keys know nothing of the batch; each has a Source of its own.
 */

import type { Source } from '../fenced-load.ts'
import type { LoadResult } from './loads.ts'

/**
 * Creates one Source per input. As soon as each Source has either been asked to load or been skipped, one `loadMany`
 * runs for those that were asked. A Source that is asked after it was skipped (its read had to wait for another
 * process first) loads alone.
 */
export function createLoadBatch<Input, Value>(
  inputs: Input[],
  requestedAt: number,
  loadMany: (inputs: Input[]) => Promise<LoadResult<(Value | null)[]>>,
): Source<Value>[] {
  let undecided = inputs.length
  const toLoad: Input[] = []
  const batch = Promise.withResolvers<LoadResult<(Value | null)[]>>()
  batch.promise.catch(() => {}) // each Source that was asked rejects with the error
  const decide = () => {
    undecided--
    if (undecided === 0 && toLoad.length > 0) loadMany(toLoad).then(batch.resolve, batch.reject)
  }
  return inputs.map((input) => {
    let isDecided = false
    return {
      requestedAt,
      load: async () => {
        if (isDecided) return pick(await loadMany([input]), 0)
        isDecided = true
        const index = toLoad.push(input) - 1
        decide()
        return pick(await batch.promise, index)
      },
      skip: () => {
        if (isDecided) return
        isDecided = true
        decide()
      },
    }
  })
}

function pick<Value>({ value, durationMs }: LoadResult<(Value | null)[]>, index: number): LoadResult<Value | null> {
  return { value: value[index] as Value | null, durationMs }
}
