/** Asks Prometheus what Grafana's data source would ask, and gives the answer in Grafana's form. */
import { createDataFrame, type DataFrame, dateTime, FieldType, rangeUtil, type TimeRange } from '@grafana/data'
import type { PanelJson, VariableJson, View } from './types.ts'

/** What Grafana calls a time range. */
export function rangeOf({ from, to }: View): TimeRange {
  const range = { from: dateTime(from), to: dateTime(to) }
  return { ...range, raw: range }
}

/** ms: `timeInterval` of the provisioned data source. */
const scrapeMs = 5_000

interface Matrix {
  result: { metric: Record<string, string>; values: [number, string][] }[]
}

/** One frame a series, as from Grafana's Prometheus data source. `points`: the width of the panel, in pixels. */
export async function framesOf(
  { targets }: PanelJson,
  variables: VariableJson[],
  view: View,
  points: number,
): Promise<DataFrame[]> {
  const { intervalMs } = rangeUtil.calculateInterval(rangeOf(view), points, `${scrapeMs / 1_000}s`)
  const answers = targets.map(async ({ expr, legendFormat, refId }) => {
    const { result } = await ask(view, interpolate(expr, variables, view, intervalMs), intervalMs)
    return result.map(({ metric, values }) => frameOf(refId, metric, values, legendFormat, intervalMs))
  })
  return (await Promise.all(answers)).flat()
}

async function ask({ prometheus, from, to }: View, query: string, stepMs: number): Promise<Matrix> {
  const aligned = (ms: number) => String((Math.floor(ms / stepMs) * stepMs) / 1_000)
  const body = new URLSearchParams({ query, start: aligned(from), end: aligned(to), step: String(stepMs / 1_000) })
  const response = await fetch(`${prometheus}/api/v1/query_range`, { method: 'POST', body })
  const answer = (await response.json()) as { status: string; data: Matrix; error?: string }
  if (answer.status !== 'success') throw new Error(`${query}: ${answer.error}`)
  return answer.data
}

/** Grafana's own variables, and those of the dashboard. */
export function interpolate(expr: string, variables: VariableJson[], { from, to }: View, intervalMs: number): string {
  const values: Record<string, string> = {
    __interval: `${intervalMs / 1_000}s`,
    __rate_interval: `${Math.max(intervalMs + scrapeMs, 4 * scrapeMs) / 1_000}s`,
    __range: `${Math.round((to - from) / 1_000)}s`,
    ...Object.fromEntries(variables.map((variable) => [variable.name, pickedOf(variable)])),
  }
  return expr.replaceAll(/\$(\w+)|\$\{(\w+)\}/g, (text, plain: string, braced: string) => {
    const value = values[plain ?? braced]
    if (value === undefined) throw new Error(`Nothing is put in for ${text} in ${expr}`)
    return value
  })
}

function pickedOf({ allValue, current }: VariableJson): string {
  const picked = [current.value].flat()
  if (picked.includes('$__all')) return allValue ?? '.*'
  return picked.length === 1 ? (picked[0] ?? '') : `(${picked.join('|')})`
}

function frameOf(
  refId: string,
  labels: Record<string, string>,
  values: [number, string][],
  legendFormat: string | undefined,
  intervalMs: number,
): DataFrame {
  const name = nameOf(labels, legendFormat)
  return createDataFrame({
    refId,
    name,
    fields: [
      {
        name: 'Time',
        type: FieldType.time,
        config: { interval: intervalMs }, // by it, gaps are found
        values: values.map(([seconds]) => seconds * 1_000),
      },
      {
        name: 'Value',
        type: FieldType.number,
        labels,
        config: { displayNameFromDS: name },
        values: values.map(([, text]) => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text))),
      },
    ],
  })
}

function nameOf(labels: Record<string, string>, legendFormat = ''): string {
  if (legendFormat && legendFormat !== '__auto')
    return legendFormat.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_, label: string) => labels[label] ?? '')
  const { __name__ = '', ...rest } = labels
  const pairs = Object.entries(rest).map(([label, value]) => `${label}="${value}"`)
  return pairs.length > 0 ? `${__name__}{${pairs.join(', ')}}` : __name__ || 'Value'
}
