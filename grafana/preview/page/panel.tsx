/** One panel: what it asks for, its frame, and what is drawn in it. */
import { type DataFrame, LoadingState } from '@grafana/data'
import { PanelChrome, useTheme2 } from '@grafana/ui'
import { type ComponentType, useEffect, useState } from 'react'
import type { DrawablePanel } from '../drawable.ts'
import { withFieldConfig } from './field-config.ts'
import { framesOf } from './query.ts'
import { StatPanel } from './stat.tsx'
import { TimeseriesPanel } from './timeseries.tsx'
import type { PanelJson, VariableJson, View } from './types.ts'

export interface PanelProps {
  panel: PanelJson
  frames: DataFrame[]
  view: View
  width: number
  height: number
  /** Legends and all have found their size. */
  settled: boolean
}

const kinds: Record<Exclude<DrawablePanel, 'row'>, ComponentType<PanelProps>> = {
  stat: StatPanel,
  timeseries: TimeseriesPanel,
}

interface Props {
  panel: PanelJson
  variables: VariableJson[]
  view: View
  width: number
  height: number
  settled: boolean
  /** Called when its figures are there. */
  onData(): void
}

export function Panel({ panel, variables, view, width, height, settled, onData }: Props) {
  const theme = useTheme2()
  const [frames, setFrames] = useState<DataFrame[]>()
  useEffect(() => {
    const load = async () =>
      setFrames(withFieldConfig(await framesOf(panel, variables, view, width), panel, theme, view))
    load().then(onData, (error) => window.failed(String(error)))
  }, [panel, variables, view, width, theme, onData])
  const Kind = kinds[panel.type as Exclude<DrawablePanel, 'row'>]
  if (!Kind) throw new Error(`The preview can't draw a ${panel.type}: “${panel.title}”.`)
  const empty = frames?.length === 0 && panel.type === 'timeseries'
  return (
    <PanelChrome
      title={panel.title}
      {...(panel.description && { description: panel.description })}
      width={width}
      height={height}
      loadingState={LoadingState.Done}
    >
      {(inner, high) => {
        if (!frames) return null
        if (empty)
          return (
            <div className="no-data" data-empty={panel.title}>
              No data
            </div>
          )
        return <Kind panel={panel} frames={frames} view={view} width={inner} height={high} settled={settled} />
      }}
    </PanelChrome>
  )
}
