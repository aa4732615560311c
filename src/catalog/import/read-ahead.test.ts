import { describe, expect, it } from 'vitest'
import { readAhead } from './read-ahead.ts'

describe('reading ahead', () => {
  it('given a source, when its items are taken, then at most one more has been asked for', async () => {
    const produced: number[] = []
    async function* source() {
      for (let n = 1; n <= 5; n++) {
        produced.push(n)
        yield n
      }
    }
    const taken: number[] = []
    for await (const item of readAhead(source())) {
      await new Promise(setImmediate)
      taken.push(item)
      expect(produced.length).toBeLessThanOrEqual(item + 1)
    }
    expect(taken).toEqual([1, 2, 3, 4, 5])
  })

  it('given a source that fails, when its items are taken, then those before come first', async () => {
    async function* source() {
      yield 1
      yield 2
      throw new Error('gone')
    }
    const taken: number[] = []
    const reading = (async () => {
      for await (const item of readAhead(source())) taken.push(item)
    })()
    await expect(reading).rejects.toThrow('gone')
    expect(taken).toEqual([1, 2])
  })

  it('given a source that never goes on, when the taker stops, then it is not waited for', async () => {
    async function* source() {
      yield 1
      await new Promise(() => {})
    }
    for await (const item of readAhead(source())) {
      expect(item).toBe(1)
      break
    }
  })
})
