/** Which Chromium draws. Run by itself it looks for one, before half a gigabyte of packages is installed. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

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

if (import.meta.main) {
  try {
    findChromium()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
