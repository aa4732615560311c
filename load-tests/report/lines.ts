/** The lines of a comparison's table, each with how it is written and when it has something to say. */
import type { Figures } from './figures.ts'

export interface Line {
  title: string
  of: keyof Figures
  text(value: number): string
}

const whole = (value: number) => (Number.isFinite(value) ? Math.round(value).toLocaleString('en') : '–')
const digits = (count: number) => (value: number) => (Number.isFinite(value) ? value.toFixed(count) : '–')
const percent = (value: number) => (Number.isFinite(value) ? `${(value * 100).toFixed(1)} %` : '–')
const ms = (value: number) => (Number.isFinite(value) ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : '–')
const mebibytes = (value: number) => (Number.isFinite(value) ? `${(value / 2 ** 20).toFixed(1)} MiB` : '–')
const seconds = (value: number) => {
  if (value === Number.POSITIVE_INFINITY) return 'not seen'
  return Number.isFinite(value) ? `${value.toFixed(1)} s` : '–'
}

const all: readonly Line[] = [
  { title: 'offered/s', of: 'offered', text: whole },
  { title: 'achieved/s', of: 'achieved', text: whole },
  { title: 'p50', of: 'p50', text: ms },
  { title: 'p95', of: 'p95', text: ms },
  { title: 'p99', of: 'p99', text: ms },
  { title: 'generator late (p99)', of: 'lateP99', text: ms },
  { title: 'errors', of: 'errors', text: whole },
  { title: 'dropped', of: 'dropped', text: whole },
  { title: 'broke at (arrivals/s)', of: 'brokeAt', text: whole },
  { title: 'Postgres queries per request', of: 'statementsPerRequest', text: digits(3) },
  { title: 'the most Postgres queries in a second', of: 'peakStatements', text: whole },
  { title: 'the most seen at once, waiting ones included', of: 'mostAtOnce', text: whole },
  { title: 'loads', of: 'loads', text: whole },
  { title: 'hit ratio', of: 'hitRatio', text: percent },
  {
    title: 'CPU per request',
    of: 'cpuMsPerRequest',
    text: (value) => (Number.isFinite(value) ? `${value.toFixed(2)} ms` : '–'),
  },
  { title: 'loads per expiry', of: 'loadsPerExpiry', text: digits(1) },
  { title: 'purged after (p99)', of: 'purgeP99', text: ms },
  { title: 'stale reads seen', of: 'staleReads', text: whole },
  { title: 'lost', of: 'lost', text: whole },
  { title: 'units oversold', of: 'oversold', text: whole },
  { title: 'Redis memory', of: 'redisBytes', text: mebibytes },
  { title: 'kept in the processes', of: 'nearBytes', text: mebibytes },
  { title: 'process memory', of: 'residentBytes', text: mebibytes },
  { title: 'process memory grew by', of: 'residentGrowth', text: mebibytes },
  { title: 'recovered after', of: 'recoverySeconds', text: seconds },
]

/** Always there; the others only where a variant has a figure. */
const always = new Set<keyof Figures>(['offered', 'achieved', 'p50', 'p95', 'p99', 'errors', 'dropped'])

export function linesFor(rows: readonly Figures[]): Line[] {
  return all.filter(({ of }) => always.has(of) || rows.some((figures) => !Number.isNaN(figures[of])))
}
