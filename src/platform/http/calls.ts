/**
 * Which calls a request makes, if it is one of the plain ones: queries by GET or mutations by POST with JSON, alone or
 * in a batch. What is unusual in any way, or wrong, is left to tRPC's own adapter, which then says so.
 */

import type { IncomingMessage } from 'node:http'
import type { AnyProcedure, AnyRouter } from '@trpc/server'
import { pathOf } from '../front.ts'
import type { ProcedureMeta } from '../trpc.ts'

export interface Call {
  path: string
  procedure: AnyProcedure
}

export interface Asked {
  calls: Call[]
  isBatch: boolean
  /** One call, whose answer is the same for everybody. */
  shared: boolean
  type: 'query' | 'mutation'
  /** Of a query: the text of its input, if it has one. */
  input: string | undefined
}

const types = { GET: 'query', HEAD: 'query', POST: 'mutation' } as const

/** `at`: where procedures are, '/trpc'. undefined: not a plain one. */
export function callsOf(request: IncomingMessage, at: string, { procedures }: AnyRouter['_def']): Asked | undefined {
  const { method, url = '', headers } = request
  const type = types[method as keyof typeof types]
  if (type === undefined || isStream(headers) || !takes(headers['content-type'], type)) return undefined
  const query = queryOf(url)
  const paths = nameIn(url, at)
  if (query === undefined || paths === undefined) return undefined
  const calls: Call[] = []
  for (const path of query.isBatch ? paths.split(',') : [paths]) {
    const procedure: AnyProcedure | undefined = procedures[path]
    if (procedure?._def.type !== type) return undefined
    calls.push({ path, procedure })
  }
  const [first] = calls
  const { shared = false } = (first?.procedure._def.meta ?? {}) as ProcedureMeta
  if (method === 'HEAD' && (!shared || query.isBatch)) return undefined
  return { calls, type, shared: shared && !query.isBatch, ...query }
}

function isStream({ accept, 'trpc-accept': trpcAccept }: IncomingMessage['headers']): boolean {
  return trpcAccept !== undefined || (accept?.includes('jsonl') ?? false)
}

function takes(contentType: string | undefined, type: Asked['type']): boolean {
  if (contentType === undefined) return type === 'query'
  return contentType === 'application/json' || /^application\/json *(;|$)/i.test(contentType)
}

/** One segment, and never the last of several: `/trpc/any/thing/name` is no way to `name`. */
function nameIn(url: string, at: string): string | undefined {
  if (!url.startsWith(at)) return undefined
  const path = pathOf(url)
  return path.lastIndexOf('/') === at.length ? decode(path.slice(at.length + 1)) : undefined
}

/** `batch=1` and `input=…`, each once at most; undefined for any other query. */
function queryOf(url: string): { isBatch: boolean; input: string | undefined } | undefined {
  const from = url.indexOf('?')
  const query: { isBatch: boolean; input: string | undefined } = { isBatch: false, input: undefined }
  if (from < 0) return query
  if (url.includes('#', from)) return undefined
  for (const part of url.slice(from + 1).split('&')) {
    if (part === 'batch=1' && !query.isBatch) query.isBatch = true
    else if (part.startsWith('input=') && query.input === undefined) {
      query.input = decode(part.slice('input='.length).replaceAll('+', ' '))
      if (query.input === undefined) return undefined
    } else return undefined
  }
  return query
}

/** undefined: malformed. */
function decode(text: string): string | undefined {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
