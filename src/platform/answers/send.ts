/**
 * Sends an answer that is the same for everybody, with what HTTP's caches need: docs/decisions/0030. Errors, streams,
 * and answers to somebody in particular get `noStore`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ReadOutcome } from '../../cache/insight/read-outcome.ts'
import { cacheStatus } from './cache-status.ts'
import { compressed, compressFrom, encodingFor } from './compress.ts'
import { etagOf, type Framed } from './kept.ts'

declare module 'node:http' {
  interface IncomingMessage {
    readOutcome?: ReadOutcome
  }
}

/** Returns the read outcome of a request: the procedure's cache reads set it, `sendShared` sends it as Cache-Status. */
export const readOutcomeOf = (request: IncomingMessage): ReadOutcome => {
  request.readOutcome ??= {}
  return request.readOutcome
}

export const noStore = 'private, no-store'

/** Seconds for which an HTTP cache may answer by itself; 0: it has to ask each time, and mostly gets a 304. */
export const sharedCacheControl = (maxAge: number) =>
  maxAge === 0 ? 'public, max-age=0, must-revalidate' : `public, max-age=${maxAge}, stale-while-revalidate=${maxAge}`

export interface Shared extends Framed {
  readOutcome: ReadOutcome
  /** When it was asked for, of `performance.now()`. */
  since: number
  cacheControl: string
}

export function sendShared(request: IncomingMessage, response: ServerResponse, shared: Shared): void {
  const { answer, before, after, readOutcome, since, cacheControl } = shared
  const status = cacheStatus(readOutcome)
  if (status !== undefined) response.setHeader('Cache-Status', status)
  response.setHeader('Server-Timing', `total;dur=${(performance.now() - since).toFixed(2)}`)
  response.setHeader('Cache-Control', cacheControl)
  const size = answer.bytes + before.length + after.length
  const encoding = size < compressFrom ? undefined : encodingFor(request, response)
  const etag = etagOf(answer)
  // Other bytes, another tag: a strong one is of one encoding (RFC 9110, 8.8.3.3).
  const own = encoding ? `${etag.slice(0, -1)}-${encoding}"` : etag
  response.setHeader('ETag', own)
  if (matches(request.headers['if-none-match'], own)) {
    response.statusCode = 304
    response.end()
    return
  }
  response.setHeader('Content-Type', 'application/json')
  if (encoding) void sendCompressed(response, shared, encoding)
  else sendText(response, before + answer.json + after, size)
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  sendText(response, text, Buffer.byteLength(text))
}

/** With its length in bytes. */
export function sendText(response: ServerResponse, text: string, bytes: number): void {
  response.setHeader('Content-Length', bytes)
  response.end(text, text.length === bytes ? 'latin1' : 'utf8') // all ASCII: then it is copied as it is
}

async function sendCompressed(response: ServerResponse, framed: Framed, encoding: 'br' | 'gzip'): Promise<void> {
  const body = await compressed(framed, encoding)
  response.setHeader('Content-Encoding', encoding)
  response.setHeader('Content-Length', body.length)
  response.end(body)
}

/** Weakly compared, as If-None-Match is (RFC 9110, 13.1.2). */
function matches(given: string | undefined, etag: string): boolean {
  if (given === undefined) return false
  return given === etag || given === '*' || given.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}
