/** A graph over time, drawn by Grafana's TimeSeries (uPlot). */
import { type DataFrame, FieldType } from '@grafana/data'
import type { VizLegendOptions } from '@grafana/schema'
import { TimeSeries } from '@grafana/ui'
import { useMemo } from 'react'
import type { PanelProps } from './panel.tsx'
import { rangeOf } from './query.ts'

export function TimeseriesPanel({ panel, frames, view, width, height, settled }: PanelProps) {
  const aligned = useMemo(() => frames.map(withGaps), [frames])
  return (
    <TimeSeries
      frames={aligned}
      width={width}
      // The room for an axis' labels is found anew with each size, and may be too little after the first.
      height={settled ? height : height - 1}
      timeRange={rangeOf(view)}
      timeZone={view.timeZone}
      legend={panel.options.legend as VizLegendOptions}
      options={panel.options}
    />
  )
}

/**
 * What is missing or no number is a gap. Grafana's own panel sees to that before it draws; the component alone finds gaps
 * in the first series only.
 */
function withGaps(frame: DataFrame): DataFrame {
  const time = frame.fields.find(({ type }) => type === FieldType.time)
  const interval = time?.config.interval ?? 0
  if (!time || interval <= 0) return frame
  const given = new Map(time.values.map((at: number, index) => [at, index]))
  const first: number = time.values[0] ?? 0
  const last: number = time.values.at(-1) ?? 0
  const times: number[] = []
  for (let at = first; at <= last; at += interval) times.push(at)
  const fields = frame.fields.map((field) => {
    if (field === time) return { ...field, values: times }
    const values = times.map((at) => {
      const value = field.values[given.get(at) ?? -1]
      return Number.isFinite(value) ? value : null
    })
    return { ...field, values }
  })
  return { ...frame, length: times.length, fields }
}
