/** What all dashboards have in common: the way from one to the others, the choice of instances, the time. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { metricNames } from '../../src/platform/metric-names.ts'
import { datasource } from './panels.ts'
import { app } from './promql.ts'

const tag = 'caching-reference'

export interface DashboardSpec {
  uid: string
  title: string
  description: string
  /** Further choices at the top: a label's values, by its name. */
  variables?: Record<string, { label: string; series: string }>
  /** Panels by the title of their row, in order. */
  rows: Record<string, Builder<Panel>[]>
}

export function dashboard({ uid, title, description, variables = {}, rows }: DashboardSpec): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([tag])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-15m', to: 'now' })
    .timezone('browser')
    .refresh('5s')
    .link(
      new DashboardLinkBuilder('Dashboards')
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(false)
        .keepTime(true)
        .includeVars(true),
    )
  const all = { instance: { label: 'Instance', series: app(metricNames.build) }, ...variables }
  for (const [name, { label, series }] of Object.entries(all)) builder.withVariable(choice(name, label, series))
  let id = 1
  for (const [row, panels] of Object.entries(rows)) {
    builder.withRow(new RowBuilder(row).id(id++))
    for (const panel of panels) {
      ;(panel as Builder<Panel> & { id(id: number): unknown }).id(id++)
      builder.withPanel(panel)
    }
  }
  return builder.build()
}

/** One, several or all values of a label. */
function choice(name: string, label: string, series: string) {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ query: `label_values(${series}, ${name})`, refId: name })
    .definition(`label_values(${series}, ${name})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'], selected: true })
}
