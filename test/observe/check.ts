/** Asks Prometheus what a panel would ask, and judges the answer: is there a finite point, and can it be true? */
import type { CheckedPanel, Variable } from './panels.ts'

interface Series {
  metric: Record<string, string>
  values: [number, string][]
}

export interface Span {
  /** Seconds since the epoch. */
  from: number
  to: number
}

export async function ask<T>(base: string, path: string, parameters: Record<string, string>): Promise<T> {
  const response = await fetch(`${base}/api/v1/${path}?${new URLSearchParams(parameters)}`)
  const { status, data, error } = (await response.json()) as { status: string; data: T; error?: string }
  if (status !== 'success') throw new Error(`${parameters.query ?? path}: ${error}`)
  return data
}

/** What Grafana puts in for its variables: all values are picked. `window`: what a rate looks back. */
export function substitute(expr: string, { from, to }: Span, window = '5s'): string {
  const text = expr
    .replaceAll('$__rate_interval', window)
    .replaceAll('$__range', `${Math.ceil(to - from)}s`)
    .replaceAll(/\$(instance|procedure|cache)\b/g, '.*')
  const left = text.match(/\$\w+/)
  if (left) throw new Error(`Nothing is put in for ${left[0]} in ${expr}`)
  return text
}

/** The most a value of a unit can be in this check. */
const most: Record<string, number> = { s: 120, percentunit: 1, bytes: 1e12, reqps: 1e6, ops: 1e6, short: 1e6 }

export interface Verdict {
  /** undefined: all is well. */
  trouble?: string
  /** Whether any point was above 0. */
  moved: boolean
}

/** Runs one expression of a panel over `span`. */
export async function judge(base: string, panel: CheckedPanel, expr: string, span: Span): Promise<Verdict> {
  const { result } = await ask<{ result: Series[] }>(base, 'query_range', {
    query: substitute(expr, span),
    start: String(span.from),
    end: String(span.to),
    step: '1',
  })
  const points = result.flatMap(({ values }) => values.map(([, value]) => Number(value))).filter(Number.isFinite)
  const moved = points.some((point) => point > 0)
  if (points.length === 0) return { trouble: `no finite point (${result.length} series)`, moved }
  const { unit = 'short', min = 0, max = most[unit] } = panel.fieldConfig.defaults
  if (max === undefined) return { trouble: `what is sane for the unit ${unit} is not known`, moved }
  const wrong = points.find((point) => point < min - 1e-9 || point > max * (1 + 1e-9))
  if (wrong !== undefined) return { trouble: `${wrong} is not between ${min} and ${max} (${unit})`, moved }
  return { moved }
}

/** The values that a variable of a dashboard offers. */
export async function valuesOf(base: string, { definition }: Variable): Promise<string[]> {
  const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? []
  return ask<string[]>(base, `label/${label}/values`, { 'match[]': selector })
}
