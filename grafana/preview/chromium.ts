/** The browser that draws: without a window, without talking to anybody. */
import puppeteer, { type Browser } from 'puppeteer-core'

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
