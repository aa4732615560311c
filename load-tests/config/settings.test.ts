import { describe, expect, it } from 'vitest'
import { developmentAccounts, developmentPassword } from '../../scripts/seed/accounts.ts'
import { users } from '../../scripts/seed/users.ts'
import { executorsOf } from '../engine-k6/executors.ts'
import { arrivalsOf } from '../engine-node/arrivals.ts'
import { customers } from '../journeys/accounts.ts'
import { faultsIn } from '../lib/faults.ts'
import { arrivalsIn, type ProfileName, profiles, rateAt, stagesOf } from './profiles.ts'
import { readSettings, seeded } from './settings.ts'

const plan = { rate: 40, maxVus: 100 }
const names = Object.keys(profiles) as ProfileName[]

describe('profiles', () => {
  it.each(names)(
    'given %s, when its arrivals are planned, then there are as many, in order, within its time',
    (name) => {
      const stages = stagesOf(name, 10, 50)
      const times = [...arrivalsOf(stages)]
      expect(Math.abs(times.length - arrivalsIn(stages))).toBeLessThanOrEqual(1)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(times[0]).toBe(0)
      expect(times.at(-1)).toBeLessThan(50)
    },
  )

  it('given a rate that rises from 0 to 10 in 10 s, when planned, then three quarters come in the second half', () => {
    const times = [...arrivalsOf([{ seconds: 10, from: 0, to: 10 }])]
    expect(times.length).toBe(50)
    expect(times.filter((at) => at >= 5).length).toBeCloseTo(37, -1)
  })

  it('given an even rate, when planned, then arrivals are evenly spread, and not in bursts', () => {
    const times = [...arrivalsOf([{ seconds: 2, from: 10, to: 10 }])]
    expect(times.map((at) => Math.round(at * 1_000))).toEqual(Array.from({ length: 20 }, (_, index) => index * 100))
  })

  it('given a breakpoint, when asked for its rate, then it is what has been reached by then', () => {
    const stages = stagesOf('breakpoint', 10, 100)
    expect([0, 50, 100, 200].map((at) => rateAt(stages, at))).toEqual([10, 105, 200, 200])
  })

  it('given a spike, when told to k6, then its stages are the same, in whole arrivals a minute', () => {
    const settings = readSettings({ PROFILE: 'spike', DURATION: '50', RATE: '2' }, 'a', plan)
    const { main, warmup } = executorsOf(settings)
    expect(main).toMatchObject({ startRate: 120, startTime: '10s', maxVUs: 100, timeUnit: '1m' })
    expect(main?.stages.map(({ target }) => target)).toEqual([120, 960, 960, 120, 120])
    expect(main?.stages.reduce((sum, { duration }) => sum + Number.parseFloat(duration), 0)).toBeCloseTo(50_000)
    expect(warmup?.stages).toEqual([{ target: 120, duration: '10000ms' }])
  })
})

describe('settings', () => {
  it('given nothing, when read, then it is the plan, on an ordinary day, with the accounts of the seed', () => {
    expect(readSettings({}, 'a', { ...plan, seconds: 20 })).toMatchObject({
      ...{ profile: 'average', seconds: 20, arrivals: 800, seed: 1, warmUpSeconds: 10 },
      baseUrls: ['http://127.0.0.1:3000'],
      staff: { email: developmentAccounts[1].email, password: developmentPassword },
      admin: { email: developmentAccounts[0].email, password: developmentPassword },
    })
    expect(seeded.password).toBe(developmentPassword)
    expect(users.map(({ email }) => email)).toEqual(expect.arrayContaining(customers))
  })

  it('given several servers, when read, then all are there, without a slash at the end', () => {
    const { baseUrls } = readSettings({ BASE_URL: 'http://a:1/, http://b:2' }, 'a', plan)
    expect(baseUrls).toEqual(['http://a:1', 'http://b:2'])
  })

  it.each([
    [{ PROFILE: 'heavy' }, 'smoke, average, stress'],
    [{ RATE: 'much' }, 'RATE must be a number'],
    [{ DURATION: '-1' }, 'DURATION must be a number'],
  ])('given %j, when read, then the error names it: %s', (env, message) => {
    expect(() => readSettings(env, 'a', plan)).toThrow(message)
  })

  it('given a run a third as long as planned, when its faults are placed, then they come at the same part of it', () => {
    const faults = faultsIn([{ at: 15, do: 'redis-flush' }], { ...plan, seconds: 45 }, { seconds: 15 })
    expect(faults).toEqual([{ at: 5, do: 'redis-flush' }])
  })
})
