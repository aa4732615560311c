/** A Redis of a test's own: to be stopped, frozen and started again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject, onTestFinished } from 'vitest'
import { type LocalRedis, portToComeBackTo, startRedis } from '../../scripts/stack/redis.ts'

export interface OwnRedis {
  url: string
  start(): Promise<void>
  stop(): Promise<void>
  /** Accepts connections and commands, and never answers. */
  freeze(): void
  thaw(): void
}

/** Gone when the current test ends. */
export async function ownRedis(): Promise<OwnRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-redis-'))
  const first = await startRedis(inject('redisBinary'), folder, { port: await portToComeBackTo() })
  let server: LocalRedis | undefined = first
  const signal = (name: NodeJS.Signals) => {
    if (server) process.kill(server.pid, name)
  }
  const own: OwnRedis = {
    url: first.url,
    start: async () => {
      server = await startRedis(inject('redisBinary'), folder, { port: Number(new URL(first.url).port) })
    },
    stop: async () => {
      signal('SIGCONT')
      await server?.stop()
      server = undefined
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
  }
  onTestFinished(async () => {
    await own.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return own
}
