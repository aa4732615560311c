/**
 * Compression of large answers. Only of those that are the same for everybody: beside a secret, a stranger's text that
 * is compressed along with it gives the secret away (BREACH).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import Negotiator from 'negotiator'
import type { Framed } from './kept.ts'

/** Bytes from which on it is worth it: docs/edge.md. */
export const compressFrom = 4_096

export type Encoding = 'br' | 'gzip'

/** The one the client likes best. Says that there is a choice. */
export function encodingFor(request: IncomingMessage, response: ServerResponse): Encoding | undefined {
  response.appendHeader('Vary', 'accept-encoding')
  if (request.headers['accept-encoding'] === undefined) return undefined
  const accepted = new Negotiator(request)
  const [best] = accepted.encodings().filter((one) => one !== '*')
  const [encoding] = accepted.encodings(['br', 'gzip'])
  return best === 'identity' ? undefined : (encoding as Encoding | undefined)
}

/** What is kept is compressed well, once; the rest quickly, each time. In a thread of Node's pool. */
export function compressed(framed: Framed, encoding: Encoding): Promise<Buffer> {
  const { answer } = framed
  if (!answer.kept) return compress(framed, encoding, quick)
  // The frame is part of it: the two faces, tRPC and REST, have their own.
  const form = `${encoding} ${framed.before}`
  answer.compressed ??= new Map()
  const known = answer.compressed.get(form)
  if (known) return known
  const made = compress(framed, encoding, well)
  answer.compressed.set(form, made)
  return made
}

const quick = { br: 1, gzip: 1 }
const well = { br: 7, gzip: 9 }
const [brotliOf, gzipOf] = [promisify(brotliCompress), promisify(gzip)]

function compress({ before, answer, after }: Framed, encoding: Encoding, levels: typeof quick): Promise<Buffer> {
  const text = before + answer.json + after
  return encoding === 'gzip'
    ? gzipOf(text, { level: levels.gzip })
    : brotliOf(text, { params: { [constants.BROTLI_PARAM_QUALITY]: levels.br } })
}
