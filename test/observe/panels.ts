/** The parts of a dashboard that the checks look at. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'

export interface CheckedPanel {
  title: string
  description: string
  datasource?: { uid: string }
  gridPos: { x: number; y: number; w: number; h: number }
  fieldConfig: { defaults: { unit?: string; min?: number; max?: number } }
  targets: { refId: string; expr: string; legendFormat: string }[]
}

export interface Variable {
  name: string
  definition: string
}

/** All panels but the rows. */
export const panelsOf = ({ panels = [] }: Pick<Dashboard, 'panels'>): CheckedPanel[] =>
  (panels as unknown as ({ type: string } & CheckedPanel)[]).filter(({ type }) => type !== 'row')

export const variablesOf = ({ templating }: Pick<Dashboard, 'templating'>): Variable[] =>
  (templating?.list ?? []) as unknown as Variable[]
