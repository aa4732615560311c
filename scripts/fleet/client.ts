/** The shop's API over kept-alive connections, as cheap for this process as it gets. */
import { Agent, request } from 'node:http'

export interface Answer<T> {
  result?: { data: T }
  error?: { message: string; data: { code: string; reason: string; currentVersion?: number } }
}

/** The connection was lost or time ran out: whether it happened, nobody knows. */
export class Unanswered extends Error {
  override name = 'Unanswered'
}

interface Call {
  token?: string | undefined
  /** ms; 30,000 if not given. */
  timeoutMs?: number | undefined
}

export type Client = ReturnType<typeof createClient>

/** `sockets`: connections to each server, at most; what is more waits. All calls reject with `Unanswered`. */
export function createClient({ sockets = 64 } = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets })

  function send(url: string, method: string, body: string | undefined, { token, timeoutMs = 30_000 }: Call) {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      ...(token && { authorization: `Bearer ${token}` }),
    }
    const lost = (cause: Error) => {
      clearTimeout(timer)
      reject(new Unanswered(`${method} ${url}: ${cause.message}`, { cause }))
    }
    const sent = request(url, { agent, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        clearTimeout(timer)
        resolve(Buffer.concat(chunks).toString())
      })
      response.on('error', lost)
    })
    const timer = setTimeout(() => sent.destroy(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs)
    sent.on('error', lost)
    sent.end(body)
    return promise
  }

  return {
    async query<T>(base: string, procedure: string, input: unknown, call: Call = {}): Promise<Answer<T>> {
      const url = `${base}/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`
      return JSON.parse(await send(url, 'GET', undefined, call))
    },
    async mutate<T>(base: string, procedure: string, input: unknown, call: Call = {}): Promise<Answer<T>> {
      return JSON.parse(await send(`${base}/trpc/${procedure}`, 'POST', JSON.stringify(input), call))
    },
    /** The sum of a metric's samples whose labels match, over some servers. */
    async metric(bases: readonly string[], name: string, labels = /(?:)/): Promise<number> {
      const texts = await Promise.all(bases.map((base) => send(`${base}/metrics`, 'GET', undefined, {})))
      return texts.reduce((sum, text) => sum + sumOf(text, name, labels), 0)
    },
    close: () => agent.destroy(),
  }
}

function sumOf(text: string, name: string, labels: RegExp): number {
  let sum = 0
  for (const line of text.split('\n')) {
    if (!line.startsWith(name) || !/[{ ]/.test(line[name.length] ?? '') || !labels.test(line)) continue
    sum += Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  return sum
}
