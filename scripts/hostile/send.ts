/** Sends a hostile request over a bare socket and looks at what comes back. */
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Hostile } from './requests.ts'

export interface Outcome {
  /** Of the answers, in order; none: the connection was closed without one. */
  statuses: number[]
  /** Why an answer is wrong. */
  fault?: string
  /** Neither an answer nor an end came in time; some requests are left unfinished, and wait for the rest. */
  open: boolean
}

/** Longer than any answer takes, shorter than the server's own time limits: what is left open is closed here. */
const patienceMs = 3_000
const most = 256 * 1024

export async function send(port: number, { parts, pauseMs, ending }: Hostile): Promise<Outcome> {
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  let size = 0
  let open = false
  const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {}) // the server may close while we write
  socket.on('data', (chunk) => {
    size += chunk.length
    if (size <= most) chunks.push(chunk)
  })
  for (const part of parts) {
    if (socket.destroyed) break
    socket.write(part)
    if (pauseMs > 0) await delay(pauseMs)
    else if (parts.length > 1) await new Promise(setImmediate)
  }
  if (ending === 'end') socket.end()
  if (ending === 'destroy') {
    await new Promise(setImmediate)
    socket.destroy()
  }
  const timer = setTimeout(() => {
    open = true
    socket.destroy()
  }, patienceMs)
  await ended
  clearTimeout(timer)
  const text = Buffer.concat(chunks).toString('latin1')
  const statuses = [...text.matchAll(/HTTP\/1[.]1 (\d{3}) [A-Z]/g)].map(([, status]) => Number(status))
  return { statuses, open, fault: faultIn(text, statuses) }
}

/** Any 5xx but an overload that says so, on the outside or within a batch; and what nobody should read. */
function faultIn(text: string, statuses: number[]): string | undefined {
  const failed = statuses.find((status) => status >= 500 && status !== 503)
  if (failed) return `answered ${failed}`
  if (statuses.includes(503) && !text.includes('"OVERLOADED"') && !text.includes('"status":"'))
    return 'a 503 that nobody meant'
  if (/"code":"INTERNAL_SERVER_ERROR"|"httpStatus":5(?!03)/.test(text)) return 'an internal error within an answer'
  if (/node_modules|\/src\/|PrismaClient|at .*[.]ts:\d/.test(text)) return 'tells of the inside'
  return undefined
}
