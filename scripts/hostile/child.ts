/** A server to be tormented, seen from outside: its memory, what it logs as an error, how it ends. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Memory {
  rss: number
  heapUsed: number
  external: number
}

export interface Tormented {
  base: string
  /** After a collection of garbage, in bytes. Rejects when the process is gone. */
  memory(): Promise<Memory>
  /** What went wrong in it: errors it logged, and an end nobody asked for. */
  complaints: string[]
  stop(): Promise<void>
}

export async function startTormented(env: Record<string, string>): Promise<Tormented> {
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), [], {
    silent: true,
    env: { ...process.env, ...env },
  })
  const complaints: string[] = []
  let ending = false
  for (const stream of [child.stdout, child.stderr]) {
    if (stream)
      createInterface({ input: stream }).on('line', (line) => void (isComplaint(line) && complaints.push(line)))
  }
  child.once('exit', (code, signal) => {
    if (!ending) complaints.push(`the process ended with ${signal ?? code}`)
  })
  const { port } = await next<{ port: number }>(child, 'port')
  return {
    base: `http://127.0.0.1:${port}`,
    complaints,
    memory: async () => {
      child.send('memory')
      return (await next<{ memory: Memory }>(child, 'memory')).memory
    },
    stop: async () => {
      ending = true
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

/** An error (level 50) or worse, or what is no line of the log at all. */
function isComplaint(line: string): boolean {
  const level = line.match(/^{"level":(\d+)/)?.[1]
  return level === undefined ? line.trim() !== '' : Number(level) >= 50
}

async function next<T>(child: ChildProcess, field: string): Promise<T> {
  const ended = new AbortController()
  const gone = once(child, 'exit', { signal: ended.signal }).then(() =>
    Promise.reject(new Error('The server is gone.')),
  )
  try {
    while (true) {
      const [message] = await Promise.race([once(child, 'message', { signal: ended.signal }), gone])
      if (message && field in message) return message as T
    }
  } finally {
    gone.catch(() => {}) // aborted, and nobody waits for it
    ended.abort()
  }
}
