/** The browser that draws: one that is installed, without a window, without talking to anybody. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import puppeteer, { type Browser } from 'puppeteer-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const help = `The pictures need Chromium or Chrome. One of these is enough:
  Debian/Ubuntu: sudo apt-get install chromium · macOS: brew install --cask chromium
  CHROMIUM=/path/to/chromium`

/** The program's path. Throws with a message for a person when there is none. */
export function findChromium(env: Record<string, string | undefined> = process.env): string {
  if (env.CHROMIUM) {
    if (existsSync(env.CHROMIUM)) return env.CHROMIUM
    throw new Error(`CHROMIUM is ${env.CHROMIUM}, and there is no such file.`)
  }
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
  if (!found) throw new Error(help)
  return found
}

export function startChromium(executablePath: string): Promise<Browser> {
  const asRoot = process.getuid?.() === 0 // then its sandbox refuses to start; it is shown nothing but our own page
  return puppeteer.launch({
    executablePath,
    args: [
      ...(asRoot ? ['--no-sandbox'] : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--font-render-hinting=none',
    ],
  })
}
