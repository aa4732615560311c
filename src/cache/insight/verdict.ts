/**
 * Whether a cache pays, by a rule of thumb: cache what costs more than 10 ms to load or is asked for more than 100
 * times a second, and only when decoding and the way to Redis take less than the load.
 */

export type Verdict = 'pays' | 'does not pay' | 'too little to say'

export interface Evidence {
  /** Reads in a second, over the last minute. */
  perSecond: number
  loads: number
  /** What a load takes, and how many keys it answers, on average. */
  loadMs: number
  keysPerLoad: number
  /** For one key; undefined: nothing was filled yet. */
  decodeMs: number | undefined
  /** undefined: Redis does not answer. */
  roundTripMs: number | undefined
}

const costlyMs = 10
const busyPerSecond = 100
const enoughLoads = 10

export function judge(evidence: Evidence): { verdict: Verdict; reason: string } {
  const { perSecond, loads, loadMs, keysPerLoad, decodeMs, roundTripMs } = evidence
  const tooLittle = (reason: string) => ({ verdict: 'too little to say' as const, reason })
  if (loads < enoughLoads) return tooLittle(`It has loaded ${loads} times so far, and ${enoughLoads} are needed.`)
  if (roundTripMs === undefined) return tooLittle('Redis does not answer.')
  if (decodeMs === undefined) return tooLittle('Nothing was filled yet.')
  const cachedMs = roundTripMs + decodeMs * keysPerLoad
  const of = keysPerLoad >= 1.05 ? ` of ${keysPerLoad.toFixed(1)} keys` : ''
  const costs = `A load${of} takes ${ms(loadMs)}, network and decoding ${ms(cachedMs)}`
  const rate = `${perSecond.toFixed(1)} reads/s`
  if (cachedMs >= loadMs) return { verdict: 'does not pay', reason: `${costs}: the cache is no faster.` }
  if (loadMs > costlyMs) return { verdict: 'pays', reason: `${costs}: more than ${costlyMs} ms is saved on (${rate}).` }
  if (perSecond > busyPerSecond) return { verdict: 'pays', reason: `${costs}, at ${rate}: more than ${busyPerSecond}.` }
  return {
    verdict: 'does not pay',
    reason: `${costs}, at ${rate}: neither more than ${costlyMs} ms nor more than ${busyPerSecond} reads/s.`,
  }
}

const ms = (time: number) => `${time < 0.1 ? time.toFixed(3) : time.toFixed(2)} ms`
