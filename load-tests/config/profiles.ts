/** How load comes: arrivals per second over time, whatever the answers (an open model). In parts of the plan's rate. */

/** Arrivals per second, rising or falling evenly from one to the other. */
export interface Stage {
  seconds: number
  from: number
  to: number
}

interface Profile {
  what: string
  /** How long it measures. */
  seconds: number
  /** Before that, outside the measure, at the first stage's rate. */
  warmUpSeconds: number
  /** `share` of `seconds`; `from` and `to` are multiples of the plan's rate. */
  shape: readonly { share: number; from: number; to: number }[]
}

const level = (share: number, times: number) => ({ share, from: times, to: times })
const ramp = (share: number, from: number, to: number) => ({ share, from, to })

export const profiles = {
  smoke: { what: 'does it work at all?', seconds: 10, warmUpSeconds: 2, shape: [level(1, 0.2)] },
  average: { what: 'an ordinary day', seconds: 60, warmUpSeconds: 10, shape: [level(1, 1)] },
  stress: {
    what: 'a busy day: three times as much',
    seconds: 120,
    warmUpSeconds: 10,
    shape: [ramp(0.2, 1, 3), level(0.6, 3), ramp(0.2, 3, 1)],
  },
  spike: {
    what: 'a link on television: eight times as much at once',
    seconds: 60,
    warmUpSeconds: 10,
    shape: [level(0.4, 1), ramp(0.02, 1, 8), level(0.18, 8), ramp(0.02, 8, 1), level(0.38, 1)],
  },
  soak: {
    what: 'an ordinary day for long: does anything grow?',
    seconds: 1_800,
    warmUpSeconds: 30,
    shape: [level(1, 1)],
  },
  breakpoint: {
    what: 'more and more, until the first arrival finds nobody to serve it',
    seconds: 300,
    warmUpSeconds: 10,
    shape: [ramp(1, 1, 20)],
  },
} as const satisfies Record<string, Profile>

export type ProfileName = keyof typeof profiles

export const isProfile = (name: string): name is ProfileName => Object.hasOwn(profiles, name)

/** A profile for a rate and a length: the stages that are measured. */
export function stagesOf(name: ProfileName, rate: number, seconds: number): Stage[] {
  return profiles[name].shape.map(({ share, from, to }) => ({
    seconds: share * seconds,
    from: from * rate,
    to: to * rate,
  }))
}

/** How many arrivals some stages have. */
export const arrivalsIn = (stages: readonly Stage[]): number =>
  Math.floor(stages.reduce((sum, { seconds, from, to }) => sum + (seconds * (from + to)) / 2, 0) + 1e-9)

/** Arrivals a second at a moment, s. */
export function rateAt(stages: readonly Stage[], at: number): number {
  let begin = 0
  for (const { seconds, from, to } of stages) {
    if (at <= begin + seconds) return from + ((to - from) * (at - begin)) / seconds
    begin += seconds
  }
  return stages.at(-1)?.to ?? 0
}
