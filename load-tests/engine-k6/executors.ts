/** A plan in k6's words. */

import type { Stage } from '../config/profiles.ts'
import type { Settings } from '../config/settings.ts'

/** k6 takes whole numbers only: per minute, a rate of 0.5 a second is one. */
const perMinute = (rate: number) => Math.round(rate * 60)

interface Executor {
  executor: 'ramping-arrival-rate'
  startTime: string
  startRate: number
  timeUnit: '1m'
  stages: { target: number; duration: string }[]
  preAllocatedVUs: number
  maxVUs: number
  gracefulStop: string
}

/** `warmup` if there is one, then `main`. */
export function executorsOf(settings: Pick<Settings, 'stages' | 'warmUpSeconds' | 'maxVus'>): Record<string, Executor> {
  const { stages, warmUpSeconds, maxVus } = settings
  const rate = stages[0]?.from ?? 0
  const begin = `${warmUpSeconds}s`
  return {
    ...(warmUpSeconds > 0 && { warmup: executor([{ seconds: warmUpSeconds, from: rate, to: rate }], '0s', maxVus) }),
    main: executor(stages, begin, maxVus),
  }
}

/** All visitors are there from the start: making one takes time, and would look like a slow server. */
function executor(stages: readonly Stage[], startTime: string, maxVus: number): Executor {
  let last = stages[0]?.from ?? 0
  const jumps = stages.flatMap(({ seconds, from, to }) => {
    const jump = from === last ? [] : [{ target: perMinute(from), duration: '0s' }]
    last = to
    return [...jump, { target: perMinute(to), duration: `${Math.round(seconds * 1_000)}ms` }]
  })
  return {
    executor: 'ramping-arrival-rate',
    startTime,
    startRate: perMinute(stages[0]?.from ?? 0),
    timeUnit: '1m',
    stages: jumps,
    preAllocatedVUs: maxVus,
    maxVUs: maxVus,
    gracefulStop: '30s',
  }
}
