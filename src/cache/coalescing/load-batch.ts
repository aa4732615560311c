/** Many keys at once: one round trip to look, one to ask for leases, one load for all that this process is to load. */

import type { Source } from '../read.ts'
import type { Loaded } from './loads.ts'

/**
 * Sources that load together: once each of them has either asked for its load or passed, one `loadMany` runs for
 * those who asked. Who asks later (it had to wait for somebody else first) loads alone.
 */
export function createBatch<Input, Value>(
  inputs: Input[],
  askedAt: number,
  loadMany: (inputs: Input[]) => Promise<Loaded<(Value | null)[]>>,
): Source<Value>[] {
  let undecided = inputs.length
  const asked: Input[] = []
  const all = Promise.withResolvers<Loaded<(Value | null)[]>>()
  all.promise.catch(() => {}) // each who asked gets the error
  const decided = () => {
    undecided--
    if (undecided === 0 && asked.length > 0) loadMany(asked).then(all.resolve, all.reject)
  }
  return inputs.map((input) => {
    let done = false
    return {
      askedAt,
      load: async () => {
        if (done) return first(await loadMany([input]), 0)
        done = true
        const index = asked.push(input) - 1
        decided()
        return first(await all.promise, index)
      },
      pass: () => {
        if (done) return
        done = true
        decided()
      },
    }
  })
}

function first<Value>({ value, durationMs }: Loaded<(Value | null)[]>, index: number): Loaded<Value | null> {
  return { value: value[index] as Value | null, durationMs }
}
