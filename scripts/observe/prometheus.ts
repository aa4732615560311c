/** A local Prometheus with the shipped rules, scraping the targets it is given. */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { stringify } from 'yaml'

export interface PrometheusOptions {
  binary: string
  /** For its data and its configuration. */
  folder: string
  port: number
  /** Prometheus' own configuration: see shipped-config.ts. */
  config: object
}

export interface RunningPrometheus {
  url: string
  /** Resolves when it ends by itself, with its last words. */
  ended: Promise<string>
  stop(): Promise<void>
}

/** Resolves when it answers; rejects with what it said when it ends instead, or is not ready within 20 s. */
export async function startPrometheus({ binary, folder, port, config }: PrometheusOptions): Promise<RunningPrometheus> {
  mkdirSync(folder, { recursive: true })
  const file = join(resolve(folder), 'prometheus.yml')
  writeFileSync(file, stringify(config))
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(resolve(folder), 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver', // k6 sends its figures
    '--storage.tsdb.retention.time=15d',
  ]
  const child = spawn(binary, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000)
  })
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(error.message))
    child.once('exit', () => done(said))
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  const url = `http://127.0.0.1:${port}`
  let over: string | undefined
  void ended.then((words) => {
    over = words
  })
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(50)) {
    if (over !== undefined) throw new Error(`Prometheus ended instead of starting:\n${over}`)
    const answer = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined)
    if (answer?.ok) return { url, ended, stop }
  }
  await stop()
  throw new Error(`Prometheus was not ready within 20 s:\n${said}`)
}
