/**
 * Something to see: two processes of the application on databases of their own, a Prometheus and exporters beside them,
 * and a day in the shop of a few minutes in which Redis is emptied, and later dies and comes back.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import getPort from 'get-port'
import type { FaultKind } from '../../load-tests/lib/faults.ts'
import { load as busy } from '../../scripts/fleet/machine.ts'
import { drive, type Load } from '../../scripts/load/drive.ts'
import { openGround } from '../../scripts/load/ground.ts'
import { openStand } from '../../scripts/load/stand.ts'
import { getK6 } from '../../scripts/load/with-k6.ts'
import { startExporters } from '../../scripts/observe/exporters.ts'
import { startPrometheus } from '../../scripts/observe/prometheus.ts'
import { shippedConfig } from '../../scripts/observe/shipped-config.ts'
import { findTool } from '../../scripts/tools/debian.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const products = 2_000

/** By the part of the load that is over. */
const faults: [at: number, fault: FaultKind][] = [
  [0.25, 'redis-flush'],
  [0.55, 'redis-kill'],
  [0.65, 'redis-start'],
]

export interface Recording {
  prometheus: string
  /** ms: from before the load to near its end. */
  from: number
  to: number
  /** What is worth knowing about it, for the caption. */
  facts: Record<string, string>
  stop(): Promise<void>
}

export interface RecordingOptions {
  /** Where databases and figures are kept. */
  dataDir: string
  /** Of the load. */
  seconds: number
  say(line: string): void
  ended: AbortSignal
}

/** Runs the load, and gives a Prometheus that knows what happened. */
export async function record({ dataDir, seconds, say, ended }: RecordingOptions): Promise<Recording> {
  const undo: (() => unknown)[] = []
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const k6 = await getK6(root, say)
    const engine = 'help' in k6 ? 'node' : 'k6'
    if ('help' in k6) say(`${k6.help}\nWithout it, Node makes the load, and k6's own panels have nothing to show.`)
    const ground = await openGround({ dataDir, products, say })
    undo.push(ground.stop)
    const stand = await openStand(ground, { name: 'preview', mode: 'full', disabled: [] }, 2)
    undo.push(stand.stop)
    const exporters = await startExporters(stand.databaseUrl, stand.redisUrl)
    undo.push(exporters.stop)
    for (const note of exporters.notes) say(note)
    const folder = join(dataDir, 'preview-prometheus')
    rmSync(folder, { recursive: true, force: true })
    const prometheus = await startPrometheus({
      binary: await findTool('prometheus'),
      folder,
      port: await getPort({ host: '127.0.0.1' }),
      config: shippedConfig({ app: stand.bases.map((base) => new URL(base).host), ...exporters.targets }),
    })
    undo.push(prometheus.stop)
    k6SendsTo(prometheus.url)
    await delay(10_000, undefined, { signal: ended }) // two scrapes: rates begin with the load
    const from = Date.now()
    const load: Load = { scenario: 'mixed', engine, profile: 'stress', seed: 1, seconds, rate: 25, warmUpSeconds: 5 }
    const done = new AbortController()
    let happened: Promise<void> | undefined
    const measures = () => {
      happened = happen(seconds, (fault) => stand.do(fault), AbortSignal.any([ended, done.signal]), say)
      happened.catch(() => {}) // awaited below
    }
    const pinning = {
      said: 'not pinned',
      generator: ([file = '', ...rest]: readonly string[]) => [file, ...rest] as [string],
    }
    say(`Load: ${load.scenario}, ${seconds} s, by ${engine}`)
    const { summary } = await drive(load, stand, { pinning, products, say, ended, measures })
    done.abort()
    await happened
    return {
      prometheus: prometheus.url,
      from,
      to: goodEnd(Date.now()),
      facts: {
        Load: `scenario mixed, profile stress over ${seconds} s, made by ${engine === 'k6' ? 'k6' : 'Node'}; two processes, ${products} products`,
        'In it': faults.map(([at, fault]) => `${fault} after ${Math.round(at * seconds)} s`).join(', '),
        Requests: summary.requests.toFixed(0),
        'Load average in the end': busy(),
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** ms: the last moment that is far from where the time axis has its labels (every 15 s, or more): else one is cut. */
const goodEnd = (ms: number) => Math.floor((ms - 22_000) / 30_000) * 30_000 + 22_000

async function happen(
  seconds: number,
  inflict: (fault: FaultKind) => Promise<void>,
  over: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const began = performance.now()
  for (const [at, fault] of faults) {
    const left = at * seconds * 1_000 - (performance.now() - began)
    await delay(Math.max(0, left), undefined, { signal: over }).catch(() => {})
    if (over.aborted) return
    say(`  ${fault}`)
    await inflict(fault)
  }
}

/** By variables, as drive() knows nothing of where figures go. */
function k6SendsTo(prometheus: string): void {
  Object.assign(process.env, {
    K6_OUT: 'experimental-prometheus-rw',
    K6_PROMETHEUS_RW_SERVER_URL: `${prometheus}/api/v1/write`,
    K6_PROMETHEUS_RW_TREND_STATS: 'p(95)',
  })
}
