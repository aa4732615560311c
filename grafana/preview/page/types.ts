/** The parts of a dashboard's JSON that are drawn. */
import type { FieldConfigSource } from '@grafana/data'
import type { DrawablePanel } from '../drawable.ts'

export interface DashboardJson {
  uid: string
  title: string
  description: string
  tags: string[]
  panels: PanelJson[]
  templating: { list: VariableJson[] }
}

export interface PanelJson {
  id: number
  type: DrawablePanel
  title: string
  description?: string
  gridPos: { x: number; y: number; w: number; h: number }
  options: Record<string, unknown>
  fieldConfig: FieldConfigSource
  targets: { refId: string; expr: string; legendFormat?: string }[]
}

export interface VariableJson {
  name: string
  label?: string
  allValue?: string
  current: { text: string | string[]; value: string | string[] }
}

/** What is drawn beside the JSON: where the figures are, and of when. */
export interface View {
  prometheus: string
  /** ms */
  from: number
  to: number
  timeZone: string
}
