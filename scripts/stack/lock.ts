/**
 * One process at a time owns a DATA_DIR. The lock is a listening socket, so the kernel frees it however its owner
 * dies; whoever asks it is told who holds it and where the databases are.
 */
import { createHash } from 'node:crypto'
import { realpathSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What the owner of a DATA_DIR tells others. */
export interface StackInfo {
  pid: number
  databaseUrl: string
  redisUrl: string
}

export interface Lock {
  /** Answers everybody who has asked, and who will ask. */
  publish(info: StackInfo): void
  release(): void
}

/** The lock on `dataDir` (which exists), or undefined when another process has it. */
export function acquireLock(dataDir: string): Promise<Lock | undefined> {
  const path = socketPath(dataDir)
  return new Promise((resolve, reject) => {
    const published = Promise.withResolvers<StackInfo>()
    const server = createServer((socket) => {
      socket.on('error', () => {})
      void published.promise.then((info) => socket.end(JSON.stringify(info)))
    })
    server.on('error', async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      if (process.platform !== 'linux' && !(await answers(path))) {
        rmSync(path, { force: true }) // the file of a socket whose owner died
        return server.listen(path)
      }
      resolve(undefined)
    })
    server.listen(path, () => {
      server.unref()
      resolve({ publish: published.resolve, release: () => void server.close() })
    })
  })
}

/** What the owner of `dataDir` says, once it is up; undefined when nobody owns it. */
export function askOwner(dataDir: string): Promise<StackInfo | undefined> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(socketPath(dataDir))
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('end', () => resolve(answer ? (JSON.parse(answer) as StackInfo) : undefined))
    socket.on('error', () => resolve(undefined))
  })
}

/** Linux has socket names without files (a leading NUL); elsewhere it is a file. */
function socketPath(dataDir: string): string {
  const name = `caching-reference-${createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 16)}`
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), `${name}.sock`)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
