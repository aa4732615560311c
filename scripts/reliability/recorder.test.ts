import { describe, expect, it } from 'vitest'
import { createHistory } from './history.ts'
import { createRecorder } from './recorder.ts'

function at(allowedStaleMs: number) {
  let now = 0
  const recorder = createRecorder(createHistory(() => now))
  recorder.begin('a fault', allowedStaleMs)
  recorder.attempt('k', 9)
  const read = (got: number, began: number, base = 'a', via = 'p') =>
    recorder.read({ client: 1, base, key: 'k', via, got, began })
  const acknowledge = (version: number, when: number) => {
    now = when
    recorder.acknowledged('k', version)
  }
  return { recorder, read, acknowledge, kinds: () => recorder.violations.map(({ kind }) => kind) }
}

describe('the recorder', () => {
  it('given a read asked for before the acknowledgement, or soon after it, when it is older, then that is allowed', () => {
    const { read, acknowledge, recorder, kinds } = at(50)
    acknowledge(1, 0)
    acknowledge(2, 100)
    read(1, 99)
    read(1, 140)
    expect(kinds()).toEqual([])
    expect(recorder.chapter()).toMatchObject({ reads: 2, writes: 2, overtaken: 1, worstStaleMs: 40 })
  })

  it('given an answer overtaken for longer, when read, then it is stale, by the first change it missed', () => {
    const { read, acknowledge, recorder, kinds } = at(50)
    acknowledge(2, 100)
    acknowledge(3, 190)
    read(1, 200)
    expect(kinds()).toEqual(['stale'])
    expect(recorder.chapter().worstStaleMs).toBe(100)
  })

  it('given a client that got a newer answer from the same process, when it gets an older one, then that is wrong', () => {
    const { read, kinds } = at(50)
    read(5, 0)
    read(4, 1, 'b')
    read(4, 1, 'a', 'by another procedure')
    read(4, 2)
    expect(kinds()).toEqual(['backwards'])
  })

  it('given an answer that nobody wrote, when read, then that is wrong', () => {
    const { read, kinds } = at(50)
    read(10, 0)
    expect(kinds()).toEqual(['from the future'])
  })

  it('given an answer of 500, whatever fault there is, when recorded, then it is unforeseen; a 503 is not', () => {
    const { recorder, kinds } = at(50)
    recorder.failed('OVERLOADED')
    expect(kinds()).toEqual([])
    recorder.failed('INTERNAL') // found by a Postgres without a free connection: Prisma’s P2037 was not known for busy
    expect(kinds()).toEqual(['unforeseen'])
  })
})
