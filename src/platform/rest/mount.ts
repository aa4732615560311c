/** The REST face: each declared route as an Express route that calls its procedure. */
import { TRPCError } from '@trpc/server'
import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import { answerOf } from '../answers/kept.ts'
import { noStore, readOutcomeOf, sendShared } from '../answers/send.ts'
import { inputReader } from './input.ts'
import type { Operation } from './route.ts'

/** The procedures for one request, as `createCallerFactory` makes them. */
export type CallerFor = (request: Request, response: Response) => unknown

type Call = (input: unknown) => Promise<unknown>

/** To be used below /api. Errors are the affair of the last handler. */
export function restRoutes(operations: readonly Operation[], callerFor: CallerFor, cacheControl: string): Router {
  const routes = Router()
  for (const operation of operations) {
    const { method, path, status = 200 } = operation.route
    const inputOf = inputReader(operation)
    const names = operation.procedure.name.split('.')
    const serve: RequestHandler = async (request, response) => {
      const input = inputOf(request)
      const call = names.reduce((at, name) => (at as Record<string, unknown>)[name], callerFor(request, response))
      const since = performance.now()
      const data = await (call as Call)(input)
      if (!operation.procedure.shared) {
        response.set('Cache-Control', noStore).status(status).json(data)
        return
      }
      const answer = answerOf(data, JSON.stringify)
      const readOutcome = readOutcomeOf(request)
      sendShared(request, response, { answer, before: '', after: '', readOutcome, since, cacheControl })
    }
    routes[method](path.replaceAll(/\{(\w+)\}/g, ':$1'), ...(method === 'post' ? [jsonOnly, readJson] : []), serve)
  }
  return routes
}

const readJson = express.json({ limit: '64kb' })

/** Any page may post a form or text, with the cookies of whoever looks at it; JSON it may not. */
const jsonOnly: RequestHandler = (request, _response, next) => {
  if (/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? '')) return next()
  throw new TRPCError({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Send JSON, with the content-type application/json',
  })
}
