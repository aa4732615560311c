/** The two kinds of panel there are, in one style: a graph over time, and a figure. */

import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import * as common from '@grafana/grafana-foundation-sdk/common'
import {
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'

/** The uid under which grafana/provisioning knows Prometheus. */
export const datasource = { type: 'prometheus', uid: 'prometheus' }

export interface PanelSpec {
  title: string
  /** What it shows, and what good looks like. */
  description: string
  /** One of Grafana's: s, bytes, reqps, percentunit, short, … */
  unit: string
  /** Expressions by the name in the legend; `{{label}}` stands for a label's value. */
  queries: Record<string, string>
  /** Of the 24 columns. Default 8 for a graph, 4 for a figure. */
  width?: number
  /** The most it can be. */
  max?: number
  /** From here on it is bad. `below`: the less, the worse. */
  bad?: { from: number; below?: boolean }
}

export interface GraphSpec extends PanelSpec {
  /** They are parts of a whole. */
  stacked?: boolean
  /** More lines than fit below: their names stand beside them, the highest first. */
  many?: boolean
  /** The axis goes up to here, and further when a value does: for what is mostly 0. */
  atLeast?: number
}

/** Values over time. */
export function graph(spec: GraphSpec): Builder<Panel> {
  const panel = new TimeseriesBuilder()
    .span(spec.width ?? 8)
    .height(8)
    .lineWidth(1)
    .fillOpacity(spec.stacked ? 30 : 8)
    .gradientMode(common.GraphGradientMode.None)
    .showPoints(common.VisibilityMode.Never)
    .legend(spec.many ? highestFirst() : below())
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
  if (spec.stacked) panel.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'))
  if (spec.atLeast !== undefined) panel.axisSoftMax(spec.atLeast)
  if (spec.bad)
    panel.thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed))
  return fill(panel, spec)
}

const below = () =>
  new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true)

const highestFirst = () =>
  new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.Table)
    .placement(common.LegendPlacement.Right)
    .calcs(['max'])
    .sortBy('Max')
    .sortDesc(true)
    .showLegend(true)

/** The latest value, with its course behind it. */
export function figure(spec: PanelSpec): Builder<Panel> {
  const panel = new StatBuilder()
    .span(spec.width ?? 4)
    .height(4)
    .graphMode(common.BigValueGraphMode.Area)
    .colorMode(common.BigValueColorMode.Value)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
  // Left alone, Grafana shows 80 of anything in red.
  if (!spec.bad) panel.thresholds(thresholds([{ value: null, color: 'blue' }]))
  return fill(panel, spec)
}

const thresholds = (steps: Threshold[]) => new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps)

function fill(panel: TimeseriesBuilder | StatBuilder, spec: PanelSpec): Builder<Panel> {
  const { title, description, unit, queries, max, bad } = spec
  panel.title(title).description(description).unit(unit).min(0).datasource(datasource)
  if (max !== undefined) panel.max(max)
  if (bad) {
    const [worse, better] = bad.below ? ['green', 'red'] : ['red', 'green']
    const steps = [
      { value: null, color: better },
      { value: bad.from, color: worse },
    ]
    panel.thresholds(thresholds(steps))
  }
  for (const [index, [legend, expr]] of Object.entries(queries).entries()) {
    const refId = String.fromCharCode('A'.charCodeAt(0) + index)
    panel.withTarget(new DataqueryBuilder().refId(refId).datasource(datasource).expr(expr).legendFormat(legend).range())
  }
  return panel
}
