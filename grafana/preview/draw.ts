/** Takes a picture of each shipped dashboard over a stretch of time that a Prometheus knows. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'puppeteer-core'
import sharp from 'sharp'
import { startChromium } from './chromium.ts'
import { findChromium } from './find-chromium.ts'
import type { DashboardJson, View } from './page/types.ts'
import { serve } from './serve.ts'

const shipped = fileURLToPath(new URL('../dashboards/', import.meta.url))
const width = 1600
/** Between the grid and the sides of the picture. */
const margin = 16

export interface Picture {
  file: string
  title: string
  description: string
  /** Titles of panels that had nothing to show. */
  empty: string[]
}

/** As PNG into `folder`. Rejects when a panel can't be drawn, or its query fails. */
export async function draw(view: View, folder: string): Promise<Picture[]> {
  const dashboards = readdirSync(shipped)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(shipped, file), 'utf8')) as DashboardJson)
  mkdirSync(folder, { recursive: true })
  const browser = await startChromium(findChromium())
  const site = await serve()
  try {
    const pictures: Picture[] = []
    for (const dashboard of dashboards) {
      const titles = dashboards.filter(({ uid }) => uid !== dashboard.uid).map(({ title }) => title)
      const file = join(folder, `${dashboard.uid}.png`)
      const empty = await take(browser, site.url, { dashboard, titles, view, width: width - 2 * margin }, file)
      pictures.push({ file: basename(file), title: dashboard.title, description: dashboard.description, empty })
    }
    return pictures
  } finally {
    site.close()
    await browser.close()
  }
}

async function take(browser: Browser, url: string, preview: Window['preview'], file: string): Promise<string[]> {
  const page = await browser.newPage()
  try {
    await page.setViewport({ width, height: 1_200 })
    const { promise: drawn, resolve, reject } = Promise.withResolvers<void>()
    const late = setTimeout(() => reject(new Error(`${preview.dashboard.title} was not drawn within 60 s.`)), 60_000)
    await page.exposeFunction('drawn', resolve)
    await page.exposeFunction('failed', (why: string) => reject(new Error(`${preview.dashboard.title}: ${why}`)))
    await page.evaluateOnNewDocument((given) => Object.assign(window, { preview: given }), preview as never)
    drawn.catch(() => {}) // awaited below
    await page.goto(url)
    await drawn.finally(() => clearTimeout(late))
    await page.waitForNetworkIdle({ idleTime: 300 }) // icons
    const height = await page.evaluate(() => document.querySelector('main')?.offsetHeight ?? 0)
    await page.setViewport({ width, height })
    // A palette is enough for lines on a dark ground, and less than half the size.
    await sharp(await page.screenshot())
      .png({ palette: true, effort: 10, dither: 0 })
      .toFile(file)
    return await page.$$eval('[data-empty]', (panels) => panels.map((panel) => panel.getAttribute('data-empty') ?? ''))
  } finally {
    await page.close()
  }
}
