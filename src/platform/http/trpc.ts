/**
 * tRPC over Express, the short way: a plain query or mutation, alone or in a batch, is called straight from Node's
 * request, and its answer written straight to Node's response. All else (streams, subscriptions, forms, and whatever
 * is malformed) goes on to tRPC's own adapter, which stands behind and answers the same, with a web Request, a web
 * Response and their streams in between. Without this folder the adapter does it all: docs/decisions/0029.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AnyRouter, getTRPCErrorFromUnknown, type TRPCError } from '@trpc/server'
import type { ReadOutcome } from '../../cache/insight/read-outcome.ts'
import { noStore, sendShared, sendText } from '../answers/send.ts'
import type { Handler } from '../front.ts'
import { type Asked, type Call, callsOf } from './calls.ts'
import { callProcedure } from './chain.ts'
import { createInputs } from './inputs.ts'
import { after, before, dataOf, isStream, type Outcome, replyTo } from './outcomes.ts'
import { readBody } from './read-body.ts'

export interface LeanOptions<Context> {
  /** Where procedures are: '/trpc'. Empty, if it is mounted there. */
  at: string
  router: AnyRouter
  createContext(request: IncomingMessage, response: ServerResponse): Context | Promise<Context>
  /** Calls in a batch; larger ones are left to what stands behind. */
  maxBatchSize: number
  /** Bytes. */
  maxBodySize: number
  /** Headers that go with errors. */
  errorHeaders(errors: readonly TRPCError[]): Record<string, string>
  /** Of answers that are the same for everybody. */
  cacheControl: string
}

export function leanTrpc<Context extends { readOutcome?: ReadOutcome }>(options: LeanOptions<Context>): Handler {
  const { at, router, maxBatchSize } = options
  return (request, response, next) => {
    const asked = callsOf(request, at, router._def)
    if (asked === undefined || asked.calls.length > maxBatchSize) return next()
    answer(request, response, asked, options).catch(next)
  }
}

async function answer<Context extends { readOutcome?: ReadOutcome }>(
  request: IncomingMessage,
  response: ServerResponse,
  asked: Asked,
  { router, createContext, maxBodySize, errorHeaders, cacheControl }: LeanOptions<Context>,
): Promise<void> {
  const since = performance.now()
  const { calls, isBatch, type } = asked
  const config = router._def._config
  const abort = new AbortController()
  response.on('close', () => {
    if (!response.writableFinished) abort.abort()
  })
  const { signal } = abort
  const source = type === 'query' ? asked.input : await readBody(request, maxBodySize)
  if (type === 'mutation' && source === undefined) return
  const inputs = createInputs(source, isBatch, config.transformer.input.deserialize)
  const { ctx, error } = await contextOf(createContext, request, response)

  const run = async ({ path, procedure }: Call, batchIndex: number): Promise<Outcome> => {
    if (error) return { error }
    const getRawInput = async () => inputs.read(batchIndex)
    try {
      return { data: await callProcedure(procedure, { path, getRawInput, ctx, type, signal, batchIndex }) }
    } catch (cause) {
      return { error: getTRPCErrorFromUnknown(cause) }
    }
  }
  const [first] = calls
  const outcomes = first && !isBatch ? [await run(first, 0)] : await Promise.all(calls.map(run))
  if (response.destroyed) return
  response.setHeader('Vary', 'trpc-accept, accept')
  if (asked.shared && isData(outcomes[0])) {
    const shared = dataOf(outcomes[0].data, config)
    const readOutcome = ctx?.readOutcome ?? {}
    if (shared) {
      return sendShared(request, response, { answer: shared, before, after, readOutcome, since, cacheControl })
    }
  }
  const { status, text, bytes, errors } = replyTo(outcomes, { config, asked, inputs, ctx })
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json')
  response.setHeader('Cache-Control', noStore)
  if (errors.length > 0)
    for (const [name, value] of Object.entries(errorHeaders(errors))) response.setHeader(name, value)
  sendText(response, text, bytes)
}

const isData = (outcome: Outcome | undefined): outcome is { data: object } =>
  outcome?.error === undefined && typeof outcome?.data === 'object' && outcome.data !== null && !isStream(outcome.data)

async function contextOf<Context>(
  createContext: LeanOptions<Context>['createContext'],
  request: IncomingMessage,
  response: ServerResponse,
) {
  try {
    return { ctx: await createContext(request, response), error: undefined }
  } catch (cause) {
    return { ctx: undefined, error: getTRPCErrorFromUnknown(cause) }
  }
}
