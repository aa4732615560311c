/** The page of one dashboard. What it is to draw comes in `window.preview`; what became of it is told to the browser's driver. */
import { createTheme, ThemeContext } from '@grafana/data'
import { GlobalStyles, PortalContainer } from '@grafana/ui'
import { createRoot } from 'react-dom/client'
import { Dashboard } from './dashboard.tsx'
import { Style } from './style.tsx'
import type { DashboardJson, View } from './types.ts'

declare global {
  interface Window {
    preview: { dashboard: DashboardJson; titles: string[]; view: View; width: number }
    /** Given by draw.ts. */
    drawn(): void
    failed(why: string): void
  }
}

const { dashboard, titles, view, width } = window.preview
const theme = createTheme({ colors: { mode: 'dark' } })
const root = document.getElementById('root')
if (!root) throw new Error('The page has no root.')

window.addEventListener('error', ({ message }) => window.failed(message))
window.addEventListener('unhandledrejection', ({ reason }) => window.failed(String(reason)))

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))

/** Two frames after the last figures came, everything is on the canvas. */
async function onDrawn(): Promise<void> {
  await frame()
  await frame()
  window.drawn()
}

/** Text is measured and drawn on a canvas: the fonts must be there before. */
await Promise.all(['400 12px Inter', '500 14px Inter'].map((font) => document.fonts.load(font)))
createRoot(root).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <Style theme={theme} />
    <Dashboard dashboard={dashboard} titles={titles} view={view} width={width} onDrawn={() => void onDrawn()} />
    <PortalContainer />
  </ThemeContext.Provider>,
)
