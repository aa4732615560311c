import { describe, expect, it, vi } from 'vitest'
import { createEvents } from '../cache/events.ts'
import { createLog } from './logging.ts'
import { createWarming } from './warming.ts'

/** A warming whose runs the test ends by hand. */
function start({
  isUp = (): boolean => true,
  exclusively = async (work: () => Promise<void>): Promise<boolean> => work().then(() => true),
} = {}) {
  const events = createEvents()
  const runs: { signal: AbortSignal; end: () => void; fail: (error: Error) => void }[] = []
  const warm = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      runs.push({ signal, end: resolve, fail: reject })
      signal.addEventListener('abort', () => resolve())
    })
  const warming = createWarming({ events, isUp, exclusively, warm, log: createLog('silent') })
  warming.start()
  const have = (count: number) => vi.waitFor(() => expect(runs).toHaveLength(count))
  return { events, runs, warming, have }
}

const flushed = { type: 'flushed' } as const
const tracking = (state: 'on' | 'off') => ({ type: 'tracking', state }) as const

describe('warming', () => {
  it('given a start, a flush and Redis being back, when heard of, then it warms each time', async () => {
    const { events, runs, have, warming } = start()
    await have(1)
    for (const [index, event] of [flushed, tracking('on')].entries()) {
      runs[index]?.end()
      await new Promise(setImmediate)
      events.emit(event)
      await have(index + 2)
    }
    await warming.stop()
  })

  it('given flushes while it warms, when it is done, then it warms once more, not once for each', async () => {
    const { events, runs, have, warming } = start()
    await have(1)
    for (let flush = 0; flush < 5; flush++) events.emit(flushed)
    runs[0]?.end()
    await have(2)
    runs[1]?.end()
    await new Promise(setImmediate)
    expect(runs).toHaveLength(2)
    await warming.stop()
  })

  it('given it warms, when stopped, then it is aborted, and nothing starts it again', async () => {
    const { events, runs, have, warming } = start()
    await have(1)
    events.emit(flushed)
    await warming.stop()
    expect(runs[0]?.signal.aborted).toBe(true)
    events.emit(flushed)
    expect(runs).toHaveLength(1)
  })

  it('given it warms, when Redis goes away, then it gives up until it is back', async () => {
    const { events, runs, have, warming } = start()
    await have(1)
    events.emit(tracking('off'))
    expect(runs[0]?.signal.aborted).toBe(true)
    await new Promise(setImmediate)
    events.emit(tracking('on'))
    await have(2)
    expect(runs[1]?.signal.aborted).toBe(false)
    await warming.stop()
  })

  it('given no Redis, or another process that warms, when started, then nothing is warmed', async () => {
    for (const without of [start({ isUp: () => false }), start({ exclusively: async () => false })]) {
      await new Promise(setImmediate)
      await without.warming.stop()
      expect(without.runs).toEqual([])
    }
  })

  it('given a run that fails, when there is a flush, then it warms again', async () => {
    const { events, runs, have, warming } = start()
    await have(1)
    runs[0]?.fail(new Error('down'))
    await new Promise(setImmediate)
    events.emit(flushed)
    await have(2)
    await warming.stop()
  })
})
