/** Starts a server of load-tests/contrast/: what the application does not do, shown by a few lines that do it. */
import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import getPort from 'get-port'

export interface ContrastOptions {
  file: string
  /** Which of its ways it goes. */
  way: string
  /** The application, for all it does not do itself. */
  appUrl: string
  databaseUrl: string
  redisUrl: string
}

/** Resolves when it answers. */
export async function startContrast({ file, way, appUrl, databaseUrl, redisUrl }: ContrastOptions) {
  const port = await getPort({ host: '127.0.0.1' })
  const base = `http://127.0.0.1:${port}`
  const path = fileURLToPath(new URL(`../../load-tests/contrast/${file}.ts`, import.meta.url))
  const child = spawn(process.execPath, [path], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      APP_URL: appUrl,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      WAY: way,
      PORT: String(port),
    },
  })
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await exit
  }
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(`${base}/metrics`).catch(() => undefined)
    if (answer?.ok) return { base, stop }
    await delay(100)
  }
  await stop()
  throw new Error(`load-tests/contrast/${file}.ts did not start.`)
}
