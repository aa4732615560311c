/** A dashboard: its head, and its panels at their places in the grid. */
import { dateTimeFormat } from '@grafana/data'
import { Icon, ToolbarButton } from '@grafana/ui'
import { useCallback, useRef, useState } from 'react'
import { frames } from './frames.ts'
import { Panel } from './panel.tsx'
import type { DashboardJson, PanelJson, View } from './types.ts'

/** Grafana's grid, in pixels. */
const columns = 24
const cell = 30
const gap = 8

interface Props {
  dashboard: DashboardJson
  /** Of all shipped dashboards: what its links lead to. */
  titles: string[]
  view: View
  /** Of the grid. */
  width: number
  onDrawn(): void
}

export function Dashboard({ dashboard, titles, view, width, onDrawn }: Props) {
  const { panels, title, templating } = dashboard
  const waiting = useRef(panels.filter(({ type }) => type !== 'row').length)
  const [settled, setSettled] = useState(false)
  const onData = useCallback(async () => {
    if (--waiting.current > 0) return
    await frames(10)
    setSettled(true)
    await frames(10)
    onDrawn()
  }, [onDrawn])
  const column = (width - (columns - 1) * gap) / columns
  const span = (cells: number, size: number) => cells * size + (cells - 1) * gap
  const place = ({ gridPos: { x, y, w, h } }: PanelJson) => ({
    position: 'absolute' as const,
    left: x * (column + gap),
    top: y * (cell + gap),
    width: span(w, column),
    height: span(h, cell),
  })
  const rows = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h))
  const time = (ms: number) => dateTimeFormat(ms, { timeZone: view.timeZone })
  return (
    <main>
      <header>
        <span className="crumb">Dashboards</span>
        <Icon name="angle-right" />
        <h1>{title}</h1>
        <ToolbarButton icon="clock-nine" narrow variant="canvas">
          {`${time(view.from)} to ${time(view.to)}`}
        </ToolbarButton>
      </header>
      <nav>
        {templating.list.map(({ name, label, current }) => (
          <span className="variable" key={name}>
            <span className="label">{label ?? name}</span>
            <span className="value">
              {[current.text].flat().join(' + ')}
              <Icon name="angle-down" />
            </span>
          </span>
        ))}
        <span className="links">
          {titles.map((other) => (
            <ToolbarButton key={other} icon="apps" narrow variant="canvas">
              {other}
            </ToolbarButton>
          ))}
        </span>
      </nav>
      <div className="grid" style={{ height: span(rows, cell) }}>
        {panels.map((panel) => {
          const style = place(panel)
          if (panel.type === 'row')
            return (
              <h2 key={panel.id} style={style}>
                <Icon name="angle-down" />
                {panel.title}
              </h2>
            )
          return (
            <div key={panel.id} style={style}>
              <Panel
                panel={panel}
                variables={templating.list}
                view={view}
                width={style.width}
                height={style.height}
                settled={settled}
                onData={onData}
              />
            </div>
          )
        })}
      </div>
    </main>
  )
}
