/**
 * Gives fields what Grafana gives them: the panel's options over the defaults of its kind. The kinds themselves (panel
 * plugins) are part of Grafana's server and not published, so their defaults are written down here (Grafana 13,
 * public/app/plugins/panel and public/app/core/components/OptionsUI).
 */
import {
  applyFieldOverrides,
  type DataFrame,
  FieldColorModeId,
  type FieldConfig,
  FieldConfigOptionsRegistry,
  type FieldConfigPropertyItem,
  type GrafanaTheme2,
  identityOverrideProcessor,
  ThresholdsMode,
} from '@grafana/data'
import {
  AxisColorMode,
  AxisPlacement,
  BarAlignment,
  GraphDrawStyle,
  type GraphFieldConfig,
  GraphGradientMode,
  GraphThresholdsStyleMode,
  LineInterpolation,
  ScaleDistribution,
  StackingMode,
  VisibilityMode,
} from '@grafana/schema'
import { graphOptions, standardOptions } from '../drawable.ts'
import type { PanelJson, View } from './types.ts'

const lines: Pick<GraphFieldConfig, (typeof graphOptions)[number]> = {
  drawStyle: GraphDrawStyle.Line,
  lineInterpolation: LineInterpolation.Linear,
  lineWidth: 1,
  fillOpacity: 0,
  gradientMode: GraphGradientMode.None,
  barAlignment: BarAlignment.Center,
  stacking: { mode: StackingMode.None, group: 'A' },
  axisPlacement: AxisPlacement.Auto,
  axisLabel: '',
  axisColorMode: AxisColorMode.Text,
  axisBorderShow: false,
  axisCenteredZero: false,
  scaleDistribution: { type: ScaleDistribution.Linear },
  showPoints: VisibilityMode.Auto,
  pointSize: 5,
  spanNulls: false,
  insertNulls: false,
  hideFrom: { tooltip: false, viz: false, legend: false },
  thresholdsStyle: { mode: GraphThresholdsStyleMode.Off },
}

/** Who gives no thresholds has these: green, and from 80 on red. */
const thresholds = {
  mode: ThresholdsMode.Absolute,
  steps: [
    { value: -Infinity, color: 'green' },
    { value: 80, color: 'red' },
  ],
}

const kinds: Record<string, FieldConfig> = {
  timeseries: { thresholds, color: { mode: FieldColorModeId.PaletteClassic }, custom: lines },
  stat: { thresholds, color: { mode: FieldColorModeId.Thresholds } },
}

const property = (id: string, isCustom = false) =>
  ({
    id: isCustom ? `custom.${id}` : id,
    path: id,
    name: id,
    isCustom,
    process: identityOverrideProcessor,
    shouldApply: () => true,
  }) as unknown as FieldConfigPropertyItem // the rest is for Grafana's editor

const registry = new FieldConfigOptionsRegistry(() => [
  ...standardOptions.map((id) => property(id)),
  ...graphOptions.map((id) => property(id, true)),
])

/** Throws for an option it would leave out. */
export function withFieldConfig(
  frames: DataFrame[],
  { title, type, fieldConfig }: PanelJson,
  theme: GrafanaTheme2,
  { timeZone }: View,
): DataFrame[] {
  const { custom, ...standard } = fieldConfig.defaults
  const asked = [...Object.keys(standard), ...Object.keys(custom ?? {}).map((id) => `custom.${id}`)]
  const unknown = asked.find((id) => !registry.getIfExists(id))
  if (unknown) throw new Error(`The preview does not know the option ${unknown} of “${title}”.`)
  const kind = kinds[type] ?? {}
  const defaults: FieldConfig = { ...kind, ...standard, custom: { ...kind.custom, ...custom } }
  const [first, ...steps] = defaults.thresholds?.steps ?? []
  if (first && defaults.thresholds)
    defaults.thresholds = { ...defaults.thresholds, steps: [{ ...first, value: -Infinity }, ...steps] } // null in JSON
  return applyFieldOverrides({
    data: frames,
    fieldConfig: { defaults, overrides: fieldConfig.overrides },
    fieldConfigRegistry: registry,
    replaceVariables: (text) => text,
    theme,
    timeZone,
  })
}
