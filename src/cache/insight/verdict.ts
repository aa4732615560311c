/**
 * Assesses whether a cache pays, by a rule of thumb: cache what takes more than 10 ms to load or is read more than 100
 * times a second, and only if the round trip to Redis and decoding take less time than the load.
 */

export type Verdict = 'pays' | 'does not pay' | 'too little to say'

export interface Evidence {
  /** Reads per second over the last minute. */
  perSecond: number
  loads: number
  /** Mean duration and mean number of keys of a load. */
  loadMs: number
  keysPerLoad: number
  /** Per key. undefined: no value has been encoded yet. */
  decodeMs: number | undefined
  /** undefined: Redis is unavailable. */
  roundTripMs: number | undefined
}

const minLoadMs = 10
const minReadsPerSecond = 100
/** With fewer loads there is no verdict. */
const minLoads = 10

/** Returns the verdict and, as a sentence, the figures it follows from. */
export function assess(evidence: Evidence): { verdict: Verdict; reason: string } {
  const { perSecond, loads, loadMs, keysPerLoad, decodeMs, roundTripMs } = evidence
  const noVerdict = (reason: string) => ({ verdict: 'too little to say' as const, reason })
  if (loads < minLoads) return noVerdict(`It has loaded ${loads} times; at least ${minLoads} loads are needed.`)
  if (roundTripMs === undefined) return noVerdict('Redis does not answer.')
  if (decodeMs === undefined) return noVerdict('No value has been filled yet.')
  const hitMs = roundTripMs + decodeMs * keysPerLoad
  const of = keysPerLoad >= 1.05 ? ` of ${keysPerLoad.toFixed(1)} keys` : ''
  const costs = `A load${of} takes ${ms(loadMs)}, network and decoding ${ms(hitMs)}`
  const rate = `${perSecond.toFixed(1)} reads/s`
  if (hitMs >= loadMs) return { verdict: 'does not pay', reason: `${costs}: the cache is no faster.` }
  if (loadMs > minLoadMs) {
    return { verdict: 'pays', reason: `${costs}: the load takes more than ${minLoadMs} ms (${rate}).` }
  }
  if (perSecond > minReadsPerSecond) {
    return { verdict: 'pays', reason: `${costs}, at ${rate}: more than ${minReadsPerSecond}.` }
  }
  return {
    verdict: 'does not pay',
    reason: `${costs}, at ${rate}: neither more than ${minLoadMs} ms nor more than ${minReadsPerSecond} reads/s.`,
  }
}

const ms = (time: number) => `${time < 0.1 ? time.toFixed(3) : time.toFixed(2)} ms`
