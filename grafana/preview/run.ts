/**
 * `npm run preview`: pictures of the shipped dashboards, drawn by Grafana's published components in a Chromium without
 * a window. By itself it makes a load to look at, and docs/dashboards.md with the pictures.
 *   --seconds 180                     of the load
 * With a Prometheus that is there already (npm run observe) it only draws:
 *   --prometheus http://127.0.0.1:9090   --minutes 15   --to 2026-11-25T08:00:00Z (now)   --out .data/preview
 */
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { terminationSignal } from '../../src/main.ts'
import { documentOf } from './document.ts'
import { draw } from './draw.ts'
import { record } from './load.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dataDir = resolve(process.env.DATA_DIR || join(root, '.data'))
const say = (line: string) => console.error(line)

try {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '180' },
      prometheus: { type: 'string' },
      minutes: { type: 'string', default: '15' },
      to: { type: 'string' },
      out: { type: 'string' },
    },
  })
  if (values.prometheus) {
    const to = values.to ? Date.parse(values.to) : Date.now()
    if (Number.isNaN(to)) throw new Error(`--to takes a time as 2026-11-25T08:00:00Z, not "${values.to}".`)
    const from = to - count('minutes', values.minutes) * 60_000
    const folder = values.out ?? join(dataDir, 'preview')
    await drawInto(folder, values.prometheus.replace(/\/+$/, ''), from, to)
  } else {
    await loadAndDraw(count('seconds', values.seconds))
  }
  process.exit(0)
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exit(1)
}

async function loadAndDraw(seconds: number): Promise<void> {
  const ended = new AbortController()
  void terminationSignal().then((signal) => ended.abort(new Error(`Ended by ${signal}.`)))
  const recording = await record({ dataDir, seconds, say, ended: ended.signal })
  try {
    const { prometheus, from, to, facts } = recording
    const pictures = await drawInto(join(root, 'docs', 'dashboards'), prometheus, from, to)
    writeFileSync(join(root, 'docs', 'dashboards.md'), documentOf(pictures, facts))
  } finally {
    await recording.stop()
  }
}

async function drawInto(folder: string, prometheus: string, from: number, to: number) {
  const time = (ms: number) => new Date(ms).toISOString()
  say(`Drawing ${time(from)} to ${time(to)} of ${prometheus} into ${folder}`)
  const pictures = await draw({ prometheus, from, to, timeZone: 'utc' }, folder)
  for (const { file, empty } of pictures) say(`  ${file}${empty.length > 0 ? `, no data in: ${empty.join(', ')}` : ''}`)
  return pictures
}

function count(name: string, text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text)
  throw new Error(`--${name} takes a whole number, not "${text}".`)
}
