/** What a run can be told, from variables: k6 gets them with --env, Node from its command line. Checked once. */
import { arrivalsIn, isProfile, type ProfileName, profiles, type Stage, stagesOf } from './profiles.ts'

/** A plan as a scenario states it. */
export interface Plan {
  /** Arrivals per second on an ordinary day. */
  rate: number
  /** Iterations at the same time, at most: an arrival beyond it is dropped, and counted. */
  maxVus: number
  /** Where it differs from the profile's: how long it measures. The times of faults are within this. */
  seconds?: number
  /** Without --profile. Default: average. */
  profile?: ProfileName
}

export interface Account {
  email: string
  password: string
}

export interface Settings {
  scenario: string
  /** Each request goes to the next one. */
  baseUrls: string[]
  profile: ProfileName
  seed: number
  warmUpSeconds: number
  seconds: number
  stages: Stage[]
  /** Measured iterations there will be. */
  arrivals: number
  maxVus: number
  /** How many products the visitors know, at most. */
  products: number
  staff: Account
  admin: Account
  /** Of the seed's customers. */
  customerPassword: string
}

/** Those of `npm run seed` on a local database. */
export const seeded = { staff: 'staff@example.com', admin: 'admin@example.com', password: 'for development only' }

/** Throws an Error that names what is wrong. */
export function readSettings(env: Record<string, string | undefined>, scenario: string, plan: Plan): Settings {
  const profile = env.PROFILE || plan.profile || 'average'
  if (!isProfile(profile))
    throw new Error(`There is no profile "${profile}". There are: ${Object.keys(profiles).join(', ')}`)
  const { seconds: usual, warmUpSeconds } = profiles[profile]
  const seconds = number(env, 'DURATION', profile === 'average' ? (plan.seconds ?? usual) : usual)
  const stages = stagesOf(profile, number(env, 'RATE', plan.rate), seconds)
  const password = env.LOAD_PASSWORD || seeded.password
  return {
    scenario,
    baseUrls: (env.BASE_URL || 'http://127.0.0.1:3000').split(',').map((url) => url.trim().replace(/\/+$/, '')),
    profile,
    seed: number(env, 'SEED', 1),
    warmUpSeconds: number(env, 'WARM_UP', warmUpSeconds),
    seconds,
    stages,
    arrivals: arrivalsIn(stages),
    maxVus: number(env, 'MAX_VUS', plan.maxVus),
    products: number(env, 'PRODUCTS', 2_000),
    staff: { email: env.STAFF_EMAIL || seeded.staff, password: env.STAFF_PASSWORD || password },
    admin: { email: env.ADMIN_EMAIL || seeded.admin, password: env.ADMIN_PASSWORD || password },
    customerPassword: password,
  }
}

function number(env: Record<string, string | undefined>, name: string, fallback: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(/^\d+(\.\d+)?s?$/.test(text) ? text.replace('s', '') : Number.NaN)
  if (Number.isNaN(value)) throw new Error(`${name} must be a number, not "${text}".`)
  return value
}
