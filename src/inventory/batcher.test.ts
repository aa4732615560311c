import { describe, expect, it } from 'vitest'
import { type BatcherOptions, createBatcher } from './batcher.ts'

type Answering = { requests: readonly number[]; answer(): void; fail(error: Error): void }

/** A batcher of numbers whose batches are answered by the test; each number's answer is its square. */
function start(options: Partial<BatcherOptions<number, number>> = {}) {
  const batches: Answering[] = []
  const run = (requests: readonly number[]) =>
    new Promise<number[]>((resolve, reject) => {
      batches.push({ requests, answer: () => resolve(requests.map((each) => each * each)), fail: reject })
    })
  const limits = { mostRequests: 256, mostInFlight: 1, mostQueued: 1_000, deadlineMs: 60_000 }
  const overloaded = () => new Error('OVERLOADED')
  const batcher = createBatcher({ run, overloaded, ...limits, ...options })
  const batch = (index: number) =>
    expect
      .poll(() => batches[index])
      .toBeDefined()
      .then(() => batches[index] as Answering)
  return { ...batcher, batches, batch }
}

const outcome = (promise: Promise<number>) => promise.catch((error: Error) => error.message)

describe('a batcher', () => {
  it('given nothing in flight, when asked, then the request leaves at once', () => {
    const { submit, batches } = start()
    void submit(3)
    expect(batches.map(({ requests }) => requests)).toEqual([[3]])
  })

  it('given a batch in flight, when many ask, then they leave together in their order when it is answered, and each gets its own answer', async () => {
    const { submit, batches, batch } = start()
    const answers = [1, 2, 3, 4].map(submit)
    expect(batches).toHaveLength(1)
    batches[0]?.answer()
    const second = await batch(1)
    expect(second.requests).toEqual([2, 3, 4])
    second.answer()
    expect(await Promise.all(answers)).toEqual([1, 4, 9, 16])
  })

  it('given more than a batch may hold, by number or by weight, when they leave, then in several, each with one at least', async () => {
    const { submit, batches, batch } = start({ mostRequests: 3, mostWeight: 10, weight: (each) => each })
    const answers = [1, 1, 1, 1, 1, 9, 2, 20, 1].map(submit)
    for (let index = 0; index < 6; index += 1) (await batch(index)).answer()
    await Promise.all(answers)
    expect(batches.map(({ requests }) => requests)).toEqual([[1], [1, 1, 1], [1, 9], [2], [20], [1]])
  })

  it('given two in flight at most, when many ask, then a third waits', () => {
    const { submit, batches, queued } = start({ mostInFlight: 2 })
    for (const each of [1, 2, 3]) void submit(each)
    expect([batches.length, queued()]).toEqual([2, 1])
  })

  it('given a full queue, when asked, then OVERLOADED at once, and those who wait are answered', async () => {
    const { submit, batch } = start({ mostQueued: 2 })
    const answers = [1, 2, 3].map(submit)
    expect(await outcome(submit(4))).toBe('OVERLOADED')
    ;(await batch(0)).answer()
    ;(await batch(1)).answer()
    expect(await Promise.all(answers)).toEqual([1, 4, 9])
  })

  it('given a batch that hangs, when the deadline of those who wait is over, then OVERLOADED, and they never leave', async () => {
    const { submit, batches, batch, queued } = start({ deadlineMs: 5 })
    const first = submit(1)
    expect(await Promise.all([2, 3].map((each) => outcome(submit(each))))).toEqual(['OVERLOADED', 'OVERLOADED'])
    expect(queued()).toBe(0)
    ;(await batch(0)).answer()
    expect(await first).toBe(1)
    void submit(5)
    expect((await batch(1)).requests).toEqual([5])
    expect(batches).toHaveLength(2)
  })

  it('given a batch that fails, when it does, then those in it hear of it, and the next one leaves', async () => {
    const { submit, batches, batch } = start()
    const answers = [1, 2].map(submit).map(outcome)
    batches[0]?.fail(new Error('no'))
    ;(await batch(1)).answer()
    expect(await Promise.all(answers)).toEqual(['no', 4])
  })
})
