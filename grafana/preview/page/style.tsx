/** What lies around the panels, in the colours of Grafana's theme. */
import type { GrafanaTheme2 } from '@grafana/data'

export function Style({ theme: { colors, shape } }: { theme: GrafanaTheme2 }) {
  return (
    <style>{`
      body { background: ${colors.background.canvas}; margin: 0; }
      main { padding: 0 16px 16px; }
      header { display: flex; align-items: center; gap: 6px; height: 48px; }
      header .crumb { color: ${colors.text.secondary}; }
      header h1 { font-size: 14px; margin: 0; flex: 1; }
      nav { display: flex; gap: 8px; align-items: center; margin-bottom: 12px; }
      nav .variable { display: flex; border: 1px solid ${colors.border.weak}; border-radius: ${shape.radius.default}; height: 32px; }
      nav .variable > span { display: flex; align-items: center; padding: 0 8px; gap: 12px; }
      nav .label { background: ${colors.background.secondary}; font-size: 12px; font-weight: 500; }
      nav .value { background: ${colors.background.primary}; }
      nav .links { display: flex; gap: 8px; margin-left: auto; }
      .grid { position: relative; }
      .grid h2 { display: flex; align-items: center; gap: 4px; font-size: 16px; font-weight: 500; margin: 0; }
      .no-data { height: 100%; display: flex; align-items: center; justify-content: center; color: ${colors.text.secondary}; }
    `}</style>
  )
}
