/** The page of one dashboard. What it is to draw comes in `window.preview`; what became of it is told to the browser's driver. */
import { createTheme, ThemeContext } from '@grafana/data'
import { GlobalStyles, PortalContainer } from '@grafana/ui'
import { createRoot } from 'react-dom/client'
import { Dashboard } from './dashboard.tsx'
import { frames } from './frames.ts'
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

const page = createRoot(root)
const around = (
  <>
    <GlobalStyles />
    <Style theme={theme} />
  </>
)

/** Text is measured and drawn on a canvas: the fonts, which GlobalStyles names, must be there before. */
async function loadFonts(): Promise<void> {
  const faces = await Promise.all(['400 12px Inter', '500 14px Inter'].map((font) => document.fonts.load(font)))
  if (faces.some(({ length }) => length === 0)) window.failed('The font Inter is missing.')
}

page.render(<ThemeContext.Provider value={theme}>{around}</ThemeContext.Provider>)
await frames(2)
await loadFonts()
page.render(
  <ThemeContext.Provider value={theme}>
    {around}
    <Dashboard dashboard={dashboard} titles={titles} view={view} width={width} onDrawn={() => window.drawn()} />
    <PortalContainer />
  </ThemeContext.Provider>,
)
