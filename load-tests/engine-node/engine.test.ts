/** The engine against a real server that stalls: what an honest generator must see. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSettings } from '../config/settings.ts'
import type { Api } from '../lib/api.ts'
import type { Scenario } from '../lib/scenario.ts'
import { runScenario } from './engine.ts'

const answer = '{"result":{"data":{"slug":"a"}}}'

/** Answers everything, and tells how many requests are waiting. `hold`: nothing is answered until it is released. */
async function startServer() {
  const waiting: (() => void)[] = []
  let held = false
  const server = createServer((_request, response) => {
    const respond = () => response.end(answer)
    if (held) waiting.push(respond)
    else respond()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold: () => {
      held = true
    },
    release: () => {
      held = false
      for (const respond of waiting.splice(0)) respond()
    },
  }
}

const reading = (api: Api) => api.query('catalog.product.bySlug', { slug: 'a' })

const scenario = (iteration: Scenario['iteration'], maxVus = 100): Scenario => ({
  plan: { rate: 100, maxVus },
  thresholds: [{ metric: 'checks', least: 1 }],
  setup: async () => ({ from: 'setup' }),
  iteration,
  teardown: async (api) => {
    api.check('the teardown ran', true)
  },
})

const run = (of: Scenario, url: string, env: Record<string, string> = {}) =>
  runScenario(of, readSettings({ BASE_URL: url, DURATION: '1', WARM_UP: '0', ...env }, 'test', of.plan))

describe('the open-loop engine', () => {
  it('given timers that fire early, when a server tells how long it took, then no answer seems to have come sooner', async () => {
    const took: number[] = []
    const server = createServer((_request, response) => {
      const began = performance.now()
      setTimeout(() => {
        took.push(performance.now() - began)
        response.end(answer)
      }, 2)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    onTestFinished(() => void server.close())
    const seen: number[] = []
    const watch = scenario(async (api) => {
      const { ms } = await reading(api)
      seen.push(ms)
    })
    await run(watch, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, { RATE: '73' })
    expect(seen.length).toBeGreaterThan(50)
    expect(Math.min(...seen)).toBeGreaterThan(Math.min(...took))
  })

  it('given a server that answers, when it has run, then each arrival was an iteration, and nothing else was measured', async () => {
    const { url } = await startServer()
    const seen: unknown[] = []
    const summary = await run(
      scenario(async (api, state, _random, { iteration, warmUp }) => {
        if (!warmUp) seen.push(iteration)
        expect(state).toEqual({ from: 'setup' })
        await reading(api)
      }),
      url,
      { WARM_UP: '0.3' },
    )
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index))
    expect(summary).toMatchObject({ iterations: 100, requests: 100, dropped: 0, errors: 0 })
    expect(summary.byProcedure['catalog.product.bySlug']?.count).toBe(100)
    expect(summary.checks).toEqual({ 'the teardown ran': { passes: 1, fails: 0 } })
  })

  it('given a server that stalls half a second, when arrivals go on, then each latency counts its whole wait', async () => {
    const server = await startServer()
    const summary = await run(
      scenario(async (api, _state, _random, { iteration }) => {
        if (iteration === 20) {
          server.hold()
          setTimeout(server.release, 500)
        }
        await reading(api)
      }),
      server.url,
    )
    // A closed loop would have sent one request into the stall, and its p50 and p95 would show nothing.
    expect(summary.iterations).toBe(100)
    expect(summary.latencyMs.p95).toBeGreaterThan(300)
    expect(summary.latencyMs.max).toBeGreaterThan(450)
  })

  it('given visitors that are all busy, when more arrive, then they are dropped and counted', async () => {
    const server = await startServer()
    const summary = await run(
      scenario(async (api, _state, _random, { iteration }) => {
        if (iteration === 0) {
          server.hold()
          setTimeout(server.release, 700)
        }
        await reading(api)
      }, 10),
      server.url,
    )
    expect(summary.dropped).toBeGreaterThan(40)
    expect(summary.iterations + summary.dropped).toBe(100)
  })

  it('given an iteration that throws, or no server at all, when it has run, then these are errors', async () => {
    const { url } = await startServer()
    const broken = await run(
      scenario(() => Promise.reject(new Error('a mistake'))),
      url,
    )
    expect(broken).toMatchObject({ errors: 100, errorSamples: ['iteration: a mistake'] })
    const nobody = await run(
      scenario(async (api) => void (await reading(api))),
      'http://127.0.0.1:1',
    )
    expect(nobody).toMatchObject({ errors: 100, errorRate: 1 })
  })

  it('given a visitor, when it comes again, then it remembers, and nobody else does', async () => {
    const { url } = await startServer()
    const memories = new Set<unknown>()
    await run(
      scenario(async (api, _state, _random, { memory }) => {
        memories.add(memory)
        const before = (memory.get('times') as number | undefined) ?? 0
        await reading(api)
        api.check('alone with its memory', ((memory.get('times') as number | undefined) ?? 0) === before)
        memory.set('times', before + 1)
      }, 3),
      url,
    ).then(({ thresholds }) => expect(thresholds.every(({ ok }) => ok)).toBe(true))
    expect(memories.size).toBeLessThanOrEqual(3)
  })
})
