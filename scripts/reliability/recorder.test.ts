import { describe, expect, it } from 'vitest'
import type { Allowance, Bound } from './bounds.ts'
import { createRecorder } from './recorder.ts'

function start(allowance: Allowance = { allowedStaleMs: 0 }, lagMs = 0) {
  let now = 0
  const recorder = createRecorder(
    () => now,
    () => lagMs,
  )
  recorder.begin('a fault', allowance)
  recorder.attempt('k', 9)
  const read = (got: number, began: number, { base = 'a', via = 'p', bound = 'near' as Bound } = {}) =>
    recorder.read({ client: 1, base, key: 'k', via, cache: 'product', bound, got, began })
  const acknowledge = (version: number, when: number) => {
    now = when
    recorder.acknowledged('k', version)
  }
  const begin = (when: number, next: Allowance) => {
    now = when
    recorder.begin('the next', next)
  }
  const kinds = () => {
    recorder.settle(true)
    return recorder.violations.map(({ kind }) => kind)
  }
  return { recorder, read, acknowledge, begin, kinds }
}

describe('the recorder', () => {
  it('given a read asked before the acknowledgement, or within 50 ms of it, when it is older, then that is allowed', () => {
    const { read, acknowledge, recorder, kinds } = start()
    acknowledge(1, 0)
    acknowledge(2, 100)
    read(1, 99)
    read(1, 140)
    expect(kinds()).toEqual([])
    expect(recorder.chapter()).toMatchObject({ reads: 2, writes: 2, overtaken: 1, worstStaleMs: 40 })
  })

  it('given an answer overtaken for longer, when read, then it is stale, by the first change it missed', () => {
    const { read, acknowledge, recorder, kinds } = start()
    acknowledge(2, 100)
    acknowledge(3, 190)
    read(1, 200)
    expect(kinds()).toEqual(['stale'])
    expect(recorder.chapter().worstStaleMs).toBe(100)
  })

  it.each([
    ['strict', 0, 1],
    ['near', 50, 51],
    ['outbox', 1_000, 1_001],
    ['ttl', 60_000, 60_001],
  ] as const)(
    'given a read bounded by %s, when it is overtaken for %d and then %d ms, then only the second is stale',
    (bound, allowed, tooLate) => {
      const { read, acknowledge, kinds } = start()
      acknowledge(2, 100)
      read(1, 100 + allowed, { bound })
      expect(kinds()).toEqual([])
      read(1, 100 + tooLate, { bound })
      expect(kinds()).toEqual(['stale'])
    },
  )

  it('given a machine that lets processes wait for 20 ms, when read, then near caches have 70 ms, and strict reads none', () => {
    const { read, acknowledge, kinds } = start(undefined, 20)
    acknowledge(2, 100)
    read(1, 170)
    expect(kinds()).toEqual([])
    read(1, 171)
    read(1, 101, { bound: 'strict' })
    expect(kinds()).toEqual(['stale', 'stale'])
  })

  it('given a fault that delays the relay only, when read, then changes by the outbox may be late, and no others', () => {
    const { read, acknowledge, kinds } = start({ allowedStaleMs: 0, relayLateMs: 2_000 })
    acknowledge(2, 100)
    read(1, 3_100, { bound: 'outbox' })
    expect(kinds()).toEqual([])
    read(1, 3_101, { bound: 'outbox' })
    read(1, 200, { via: 'q' })
    expect(kinds()).toEqual(['stale', 'stale'])
  })

  it('given a change acknowledged under a fault that allows 3 s, when it is over, then the change keeps its 3 s, and later ones do not get them', () => {
    const { read, acknowledge, begin, kinds } = start({ allowedStaleMs: 3_000 })
    acknowledge(2, 100)
    begin(1_000, { allowedStaleMs: 0 })
    read(1, 1_500)
    expect(kinds()).toEqual([])
    acknowledge(3, 2_000)
    read(2, 2_500)
    expect(kinds()).toEqual(['stale'])
  })

  it('given a change acknowledged although Redis did not answer in time, when overtaken for up to 3 s more, then that is allowed, and no longer', () => {
    const { recorder, read, acknowledge, kinds } = start()
    acknowledge(2, 100)
    read(1, 3_150)
    expect(recorder.settle(false)).toBe(1)
    expect(kinds()).toEqual([])
    read(1, 3_151)
    expect(recorder.settle(false)).toBe(0)
    expect(kinds()).toEqual(['stale'])
  })

  it('given a client that got a newer answer from the same process, when it gets an older one, then that is wrong', () => {
    const { read, kinds } = start()
    read(5, 0)
    read(4, 1, { base: 'b' })
    read(4, 1, { via: 'by another procedure' })
    read(4, 2)
    expect(kinds()).toEqual(['backwards'])
  })

  it('given an answer whose version is a guess, when the next one is older, then that is allowed: it may have been older, too', () => {
    const { recorder, kinds } = start()
    const guess = { client: 1, base: 'a', key: 'k', via: 'p', bound: 'near', isGuess: true, began: 0 } as const
    recorder.read({ ...guess, got: 5 })
    recorder.read({ ...guess, got: 4 })
    expect(kinds()).toEqual([])
  })

  it('given an answer that nobody wrote, when read, then that is wrong', () => {
    const { read, kinds } = start()
    read(10, 0)
    expect(kinds()).toEqual(['from the future'])
  })

  it('given an answer that tells its age, when it is older than its tier allows, then it is stale', () => {
    const { recorder, kinds } = start()
    const source = { client: 1, base: 'a', via: 'p', cache: 'trending', bound: 'ttl', began: 0 } as const
    recorder.aged(source, 60_000)
    expect(kinds()).toEqual([])
    recorder.aged(source, 60_001)
    expect(kinds()).toEqual(['stale'])
  })

  it('given reads and answers, when counted, then each cache and each procedure has its number', () => {
    const { recorder, read } = start()
    read(1, 0)
    read(1, 0)
    recorder.answered('catalog.product.update')
    expect([...recorder.counts.checked]).toEqual([['product', 2]])
    expect([...recorder.counts.answered]).toEqual([['catalog.product.update', 1]])
  })

  it('given an answer of 500, whatever the fault, when recorded, then it is unforeseen; a 503 is not', () => {
    const { recorder, kinds } = start()
    recorder.failed('OVERLOADED', 'p')
    expect(kinds()).toEqual([])
    recorder.failed('INTERNAL', 'p') // found by a Postgres without a free connection: Prisma’s P2037 was not known for busy
    expect(kinds()).toEqual(['unforeseen'])
  })
})
