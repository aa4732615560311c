/** Worker processes, as seen from run.ts: ask one, get its answer. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Unsupported } from './contestant.ts'
import type { Answer, Reply, Request, Work } from './protocol.ts'

export interface Worker {
  /** Rejects with the worker's own error (Unsupported among them), when it ends, and when it takes too long. */
  ask(work: Work): Promise<Answer>
  /** Kills it: nothing in it is worth keeping. Resolves when it is gone. */
  end(): Promise<void>
}

const patienceMs = 180_000
const program = fileURLToPath(new URL('./worker.ts', import.meta.url))

export function startWorker(): Worker {
  const child = fork(program, { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  const waiting = new Map<number, PromiseWithResolvers<Answer>>()
  const lastWords = keepTail(child)
  let asked = 0
  child.on('message', (reply: Reply) => {
    const asker = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (reply.ok) asker?.resolve(reply.answer)
    else asker?.reject(reply.unsupported ? new Unsupported(reply.reason) : new Error(reply.reason))
  })
  child.once('exit', (code, signal) => {
    for (const asker of waiting.values())
      asker.reject(new Error(`its process ended (${signal ?? code}) ${lastWords()}`))
    waiting.clear()
  })
  return {
    ask: async (work) => {
      if (!child.connected) throw new Error(`its process has ended ${lastWords()}`)
      const request: Request = { id: ++asked, work }
      const asker = Promise.withResolvers<Answer>()
      waiting.set(request.id, asker)
      const late = setTimeout(() => asker.reject(new Error(`no answer in ${patienceMs / 1_000} s`)), patienceMs)
      child.send(request)
      return asker.promise.finally(() => clearTimeout(late))
    },
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** The error a process ended with: the line of its stderr that names it. */
function keepTail(child: ChildProcess): () => string {
  let tail = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-4_000)
  })
  return () => tail.split('\n').findLast((line) => /^\s*\[?\w*Error/.test(line)) ?? ''
}
