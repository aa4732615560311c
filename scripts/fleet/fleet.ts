/** Several processes of the application on the same databases; they can be killed, and come back. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import getPort from 'get-port'
import pg from 'pg'
import { insertPerson } from '../people.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface Fleet {
  /** Where each answers. */
  bases: string[]
  /** The staff's. */
  token: string
  /** Ends one at once, without a chance to tidy (SIGKILL), starts it again at the same place, and waits until it is ready. */
  killAndRestart(index: number): Promise<void>
  /** To one of them, as it is. */
  signal(index: number, name: NodeJS.Signals): void
  /** Of one of them; undefined: it has none. */
  pid(index: number): number | undefined
  /** How processes ended that nobody ended. */
  unforeseen: string[]
  /** Lets all end in order. */
  stop(): Promise<void>
}

export interface FleetOptions {
  processes: number
  databaseUrl: string
  redisUrl: string
  /** Beside what is inherited. */
  env?: Record<string, string>
  /** Where each finds Redis; default: all at `redisUrl`. */
  redisUrls?: readonly string[]
}

export async function startFleet({
  processes,
  databaseUrl,
  redisUrl,
  env = {},
  redisUrls = [],
}: FleetOptions): Promise<Fleet> {
  const token = randomBytes(32).toString('base64url')
  await withClient(databaseUrl, (client) =>
    insertPerson(client, { email: `${token}@fleet.example`.toLowerCase(), role: 'staff', token }),
  )
  const ports = await freePorts(processes)
  const bases = ports.map((port) => `http://127.0.0.1:${port}`)
  const unforeseen: string[] = []
  const children: ChildProcess[] = []
  const expected = new WeakSet<ChildProcess>()

  function launch(index: number): void {
    const child = spawn(process.execPath, [main], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        LOG_LEVEL: 'warn',
        RATE_LIMITS: 'off', // all come from one address
        ...env,
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrls[index] ?? redisUrl,
        HOST: '127.0.0.1',
        PORT: String(ports[index]),
      },
    })
    child.once('exit', (code, signal) => {
      if (!expected.has(child)) unforeseen.push(`process ${index} ended with ${signal ?? code}`)
    })
    children[index] = child
  }
  async function end(index: number, signal: NodeJS.Signals): Promise<void> {
    const child = children[index]
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    expected.add(child)
    child.kill('SIGCONT') // one that stands still does not hear what is asked of it
    const exit = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await exit
  }
  const stop = async () => {
    await Promise.all(children.map((_, index) => end(index, 'SIGTERM')))
  }
  try {
    for (const index of ports.keys()) launch(index)
    await Promise.all(bases.map(ready))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    bases,
    token,
    unforeseen,
    stop,
    pid: (index) => children[index]?.pid,
    signal: (index, name) => void children[index]?.kill(name),
    killAndRestart: async (index) => {
      await end(index, 'SIGKILL')
      launch(index)
      await ready(bases[index] ?? '')
    },
  }
}

async function withClient(connectionString: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await work(client).finally(() => client.end())
}

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) ports.push(await getPort({ host: '127.0.0.1', exclude: ports }))
  return ports
}

async function ready(base: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await fetch(`${base}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    await delay(100)
  }
  throw new Error(`${base} did not become ready`)
}
