import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { type Handler, inOrder } from './front.ts'
import { createLog } from './logging.ts'
import { failedBy } from './refuse.ts'

async function serve(handlers: Handler[], last: RequestListener = (_request, response) => response.end('last')) {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) })
  const server = createServer(inOrder(handlers, last, failedBy(log))).listen(0)
  onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  return { lines, ask: (path = '/') => fetch(`http://127.0.0.1:${port}${path}`) }
}

const pass: Handler = (_request, _response, next) => next()

it('given handlers, when one answers, then those behind it are not asked; when none does, the last is', async () => {
  const mine: Handler = ({ url }, response, next) => (url === '/mine' ? response.end('mine') : next())
  const { ask } = await serve([pass, mine, pass])
  expect([await (await ask('/mine')).text(), await (await ask()).text()]).toEqual(['mine', 'last'])
})

it.each<[string, Handler]>([
  [
    'throws',
    () => {
      throw new Error('the password is hunter2')
    },
  ],
  ['passes on an error', (_request, _response, next) => next(new Error('the password is hunter2'))],
])('given a handler that %s, when asked, then 500 without the inside, with the id that the log has', async (_, bad) => {
  const { ask, lines } = await serve([pass, bad])
  const answer = await ask('/api/x?token=secret')
  const { error } = (await answer.json()) as { error: { message: string; reason: string; requestId: string } }
  expect([answer.status, error.message, error.reason]).toEqual([500, 'Internal error', 'INTERNAL'])
  expect(error.requestId).toMatch(/^[\w-]{36}$/)
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    req: { id: error.requestId, path: '/api/x' },
    err: { type: 'Error' },
  })
})
