/** The links of the official client against the lean handler and what stands behind it. */
import { connect } from 'node:net'
import {
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpLink,
  httpSubscriptionLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client'
import { EventSource } from 'eventsource'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { type OddRouter, send, startTwoWays } from './support/two-ways.ts'

let ways: Awaited<ReturnType<typeof startTwoWays>>
beforeAll(async () => {
  ways = await startTwoWays()
})
afterAll(() => ways.stop())

const client = (...links: TRPCLink<OddRouter>[]) => createTRPCClient<OddRouter>({ links })
const url = () => `${ways.base}/lean`

describe('the links of the official client', () => {
  const links = [
    ['httpLink', () => httpLink({ url: url() }), 0],
    ['httpBatchLink', () => httpBatchLink({ url: url() }), 0],
    ['httpBatchStreamLink', () => httpBatchStreamLink({ url: url() }), 1],
  ] as const
  it.each(links)(
    'given %s, when queries and mutations are made at once, then each gets its own answer, and errors are typed',
    async (_name, link, streamed) => {
      const trpc = client(link())
      const before = ways.passedOn()
      const answers = await Promise.allSettled([
        trpc.echo.query({ a: 'Grüße + & % 世界' }),
        trpc.bare.query(),
        trpc.value.query('nothing'),
        trpc.change.mutate({ a: '1' }),
        trpc.touch.mutate(),
        trpc.inner.deep.query(),
        trpc.fails.query('CONFLICT'),
      ])
      expect(answers.slice(0, 6)).toEqual(
        [{ input: { a: 'Grüße + & % 世界' } }, 'no input is looked at', undefined, { a: '1' }, 'touched', 'deep'].map(
          (value) => ({ status: 'fulfilled', value }),
        ),
      )
      const [refused] = answers.slice(6) as [PromiseRejectedResult]
      expect(refused.reason).toBeInstanceOf(TRPCClientError)
      expect(refused.reason.data).toMatchObject({ code: 'CONFLICT', httpStatus: 409, reason: 'A_REASON', field: 'a' })
      expect(ways.passedOn() > before).toBe(streamed === 1)
    },
  )

  it('given httpBatchStreamLink, when an answer is a stream, then it comes bit by bit', async () => {
    const got: number[] = []
    const trpc = client(httpBatchStreamLink({ url: url() }))
    for await (const value of await trpc.generated.query()) got.push(value)
    expect(got).toEqual([1, 2])
  })

  it('given httpSubscriptionLink, when subscribed, then events come over SSE', async () => {
    const got: string[] = []
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const trpc = client(httpSubscriptionLink({ url: url(), EventSource }))
    const subscription = trpc.ticks.subscribe(undefined, {
      onData: (data) => {
        got.push(data)
        if (got.length === 2) resolve()
      },
      onError: reject,
    })
    await promise
    subscription.unsubscribe()
    expect(got).toEqual(['one', 'two'])
  })

  it('given many calls on one connection, when they are made one after the other, then all are answered', async () => {
    const trpc = client(httpLink({ url: url() }))
    for (let round = 0; round < 50; round++) {
      expect(await trpc.echo.query(round)).toEqual({ input: round })
      expect(await trpc.change.mutate({ a: String(round) })).toEqual({ a: String(round) })
    }
  })
})

describe('a connection that breaks or dawdles', () => {
  const head = 'POST /lean/change HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n'

  it('given a body in many pieces, a character cut in two, when posted, then it is read whole', async () => {
    const body = Buffer.from('{"a":"世界 🏺"}')
    const socket = connect(ways.port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n`)
    for (const byte of body) {
      socket.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
    await eventually(() => expect(answer).toContain('{"result":{"data":{"a":"世界 🏺"}}}'))
    socket.destroy()
  })

  it('given a client that leaves in the middle of its body, when it is gone, then nothing runs and the next is served', async () => {
    const from = ways.ran.length
    for (let index = 0; index < 20; index++) {
      const socket = connect(ways.port, '127.0.0.1')
      socket.on('error', () => {})
      await new Promise<void>((resolve) => socket.write(`${head}Content-Length: 100\r\n\r\n{"a":`, () => resolve()))
      socket.destroy()
    }
    const got = await send(ways.port, { method: 'GET', path: '/lean/bare' })
    expect(got.status).toBe(200)
    expect(ways.ran.slice(from)).toEqual(['bare'])
  })

  it('given two requests in one packet, when sent, then both are answered, in order', async () => {
    const socket = connect(ways.port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.write(
      'GET /lean/bare HTTP/1.1\r\nHost: a\r\n\r\nGET /lean/inner.deep HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    )
    await new Promise((resolve) => socket.on('close', resolve))
    expect([...answer.matchAll(/"data":"([^"]*)"/g)].map(([, data]) => data)).toEqual(['no input is looked at', 'deep'])
  })
})
