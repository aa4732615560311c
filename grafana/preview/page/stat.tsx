/** Figures, drawn by Grafana's BigValue as its panel does. */
import {
  type FieldDisplay,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
  VizOrientation,
} from '@grafana/data'
import type { ReduceDataOptions } from '@grafana/schema'
import {
  BigValue,
  type BigValueColorMode,
  BigValueGraphMode,
  type BigValueJustifyMode,
  type BigValueTextMode,
  useTheme2,
  VizRepeater,
} from '@grafana/ui'
import type { PanelProps } from './panel.tsx'
import { rangeOf } from './query.ts'

interface StatOptions {
  graphMode: BigValueGraphMode
  colorMode: BigValueColorMode
  justifyMode: BigValueJustifyMode
  textMode: BigValueTextMode
  orientation: VizOrientation
  wideLayout: boolean
  reduceOptions: ReduceDataOptions
}

export function StatPanel({ panel, frames, view, width, height }: PanelProps) {
  const theme = useTheme2()
  const options = panel.options as unknown as StatOptions
  const { graphMode, orientation, reduceOptions } = options
  const values = (): FieldDisplay[] =>
    getFieldDisplayValues({
      data: frames,
      fieldConfig: panel.fieldConfig,
      reduceOptions: { ...reduceOptions, calcs: reduceOptions.calcs ?? [] },
      replaceVariables: (text) => text,
      sparkline: graphMode !== BigValueGraphMode.None,
      theme,
      timeZone: view.timeZone,
    })
  return (
    <VizRepeater<FieldDisplay, ReturnType<typeof getDisplayValueAlignmentFactors>>
      getValues={values}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={(each) => (
        <BigValue
          value={each.value.display}
          count={each.count}
          {...(each.value.sparkline && { sparkline: { ...each.value.sparkline, timeRange: rangeOf(view) } })}
          colorMode={options.colorMode}
          graphMode={graphMode}
          justifyMode={options.justifyMode}
          textMode={options.textMode}
          alignmentFactors={each.alignmentFactors}
          width={each.width}
          height={each.height}
          theme={theme}
          disableWideLayout={!options.wideLayout}
        />
      )}
      width={width}
      height={height}
      source={frames}
      renderCounter={1}
      autoGrid
      orientation={orientation ?? VizOrientation.Auto}
    />
  )
}
