/** Sends hostile requests, many at once, and after each thousand a good one: is the server still what it was? */
import { randomFor } from '../seed/random.ts'
import { hostileRequest } from './requests.ts'
import { send } from './send.ts'

export interface TormentOptions {
  base: string
  requests: number
  seed: number
  callers?: number
  /** It ends after the thousand in which this time is over, ms. */
  withinMs?: number
  /** After each thousand, when nothing is under way. */
  afterEach?(done: number): Promise<void>
}

export interface Torment {
  /** That were sent. */
  requests: number
  /** By kind, then by what came: a status, `closed` without an answer, `left open`. */
  outcomes: Record<string, Record<string, number>>
  /** With the number of the request: the same seed makes it again. At most a hundred are kept. */
  faults: string[]
  faultCount: number
}

export async function torment({
  base,
  requests,
  seed,
  callers = 48,
  withinMs = Number.POSITIVE_INFINITY,
  afterEach,
}: TormentOptions): Promise<Torment> {
  const port = Number(new URL(base).port)
  const started = performance.now()
  const report: Torment = { requests: 0, outcomes: {}, faults: [], faultCount: 0 }
  const blame = (fault: string) => {
    report.faultCount++
    if (report.faults.length < 100) report.faults.push(fault)
  }
  const count = (kind: string, what: string) => {
    const outcomes = report.outcomes[kind] ?? {}
    report.outcomes[kind] = { ...outcomes, [what]: (outcomes[what] ?? 0) + 1 }
  }
  async function one(number: number): Promise<void> {
    const hostile = hostileRequest(randomFor(seed * 10_000_000 + number))
    const { statuses, open, fault } = await send(port, hostile)
    for (const status of statuses) count(hostile.kind, String(status))
    if (statuses.length === 0) {
      count(hostile.kind, hostile.ending === 'destroy' ? 'gone' : open ? 'left open' : 'closed')
    }
    if (fault) blame(`request ${number} (${hostile.kind}): ${fault}\n${shown(hostile.parts)}`)
  }
  for (let from = 0; from < requests && performance.now() - started < withinMs; from += 1_000) {
    let next = from
    const until = Math.min(from + 1_000, requests)
    const caller = async () => {
      while (next < until) await one(next++)
    }
    await Promise.all(Array.from({ length: callers }, caller))
    const good = await fetch(`${base}/api/products/blue-mug`, { signal: AbortSignal.timeout(5_000) }).catch(String)
    if (typeof good === 'string' || good.status !== 200)
      blame(`after ${until}: a good request got ${typeof good === 'string' ? good : good.status}`)
    else await good.arrayBuffer()
    report.requests = until
    await afterEach?.(until)
  }
  return report
}

const shown = (parts: Buffer[]) => JSON.stringify(Buffer.concat(parts).toString('latin1').slice(0, 600))
