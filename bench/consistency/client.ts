/** The shop's API over kept-alive connections, as cheap for this process as it gets. */
import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

interface Answer<T> {
  result?: { data: T }
  error?: { message: string; data: { reason: string; currentVersion?: number } }
}

function send(base: string, path: string, method: string, body?: string, token?: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...(token && { authorization: `Bearer ${token}` }),
  }
  const sent = request(`${base}${path}`, { agent, method, headers }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk) => chunks.push(chunk))
    response.on('end', () => resolve(Buffer.concat(chunks).toString()))
    response.on('error', reject)
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}

export async function query<T>(base: string, procedure: string, input: unknown, token?: string): Promise<Answer<T>> {
  const path = `/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`
  return JSON.parse(await send(base, path, 'GET', undefined, token))
}

export async function mutate<T>(base: string, procedure: string, input: unknown, token: string): Promise<Answer<T>> {
  return JSON.parse(await send(base, `/trpc/${procedure}`, 'POST', JSON.stringify(input), token))
}

/** The sum of a metric's samples whose labels match. */
export async function metric(base: string, name: string, labels = /(?:)/): Promise<number> {
  const text = await send(base, '/metrics', 'GET')
  let sum = 0
  for (const line of text.split('\n')) {
    if (!line.startsWith(name) || !/[{ ]/.test(line[name.length] ?? '') || !labels.test(line)) continue
    sum += Number(line.slice(line.lastIndexOf(' ') + 1))
  }
  return sum
}
