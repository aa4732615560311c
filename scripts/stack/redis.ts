/** A local Redis (or Valkey) from the host, started with the project's own redis.conf. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import getPort, { portNumbers } from 'get-port'
import { Redis } from 'ioredis'
import { exec } from './exec.ts'

export interface LocalRedis {
  url: string
  pid: number
  stop(): Promise<void>
}

export const redisConf = fileURLToPath(new URL('../../redis.conf', import.meta.url))

/** How to get a Redis, in words for a person. */
export const redisHelp =
  'Debian/Ubuntu: sudo apt-get install redis-server · Fedora: sudo dnf install valkey · macOS: brew install redis'

/** The path of redis-server or valkey-server, or undefined. */
export function findRedis(path = process.env.PATH ?? ''): string | undefined {
  const folders = path.split(delimiter)
  const names = ['redis-server', 'valkey-server']
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file))
}

/** Installs Redis where that needs no password (root, with apt); elsewhere, or when it fails, undefined. */
export async function installRedis(say: (line: string) => void): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined
  say('Redis is missing. Installing it: apt-get install redis-server')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = () => exec('apt-get', ['install', '-y', '-qq', 'redis-server'], { env })
  try {
    await install().catch(async () => {
      await exec('apt-get', ['update', '-qq'], { env })
      await install()
    })
  } catch (error) {
    say(`That failed: ${error instanceof Error ? error.message : error}`)
  }
  return findRedis()
}

/** A port for the local Redis that nothing listens on. */
export function freeRedisPort(): Promise<number> {
  return getPort({ host: '127.0.0.1', port: portNumbers(63790, 63869) })
}

/**
 * A port for a Redis that will be ended and started again where it was: from a range of its own, and any of it. The first
 * free one of the range above would be somebody else's meanwhile.
 */
export function portToComeBackTo(): Promise<number> {
  return getPort({ host: '127.0.0.1', port: portNumbers(20_000 + Math.floor(Math.random() * 900), 20_999) })
}

/**
 * Starts a server on the loopback interface with redis.conf and any further directives; on `port`, or on a free one:
 * should another process take that first, on the next.
 */
export async function startRedis(
  binary: string,
  dataDir: string,
  options: { port?: number; directives?: string[] } = {},
  attempts = 3,
): Promise<LocalRedis> {
  const folder = join(resolve(dataDir), 'redis')
  mkdirSync(folder, { recursive: true })
  const port = options.port ?? (await freeRedisPort())
  const args = [
    redisConf,
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    ...(options.directives ?? []),
  ]
  const child = spawn(binary, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    await ready(child)
  } catch (error) {
    const taken = error instanceof Error && error.message.includes('Address already in use')
    if (!taken || options.port !== undefined || attempts === 1) throw error
    return startRedis(binary, dataDir, options, attempts - 1)
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: () =>
      new Promise((done) => {
        if (child.exitCode !== null || child.signalCode !== null) return done()
        child.once('exit', () => done())
        child.kill('SIGTERM')
      }),
  }
}

/** Resolves once the server says so; rejects with its last words when it ends instead. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ''
    const listen = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-4_000)
      if (output.includes('Ready to accept connections')) resolve()
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`Redis ended (exit code ${code}) instead of starting:\n${output}`)))
  })
}

/** Ends the server that an application killed earlier left behind; `url` is where it was, `dataDir` proves it ours. */
export async function stopOrphanRedis(url: string, dataDir: string): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
  })
  redis.on('error', () => {}) // nobody there: nothing to stop
  try {
    await redis.connect()
    const [, folder] = (await redis.config('GET', 'dir')) as string[]
    if (folder === join(resolve(dataDir), 'redis')) await redis.shutdown('NOSAVE')
  } catch {
    // nobody there, or not ours
  } finally {
    redis.disconnect()
  }
}
