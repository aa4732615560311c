/** The lean handler against tRPC's own adapter: the same requests to both, and the same answers from both. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostile } from './support/junk.ts'
import { type Got, type Sent, send, startTwoWays } from './support/two-ways.ts'

let ways: Awaited<ReturnType<typeof startTwoWays>>
beforeAll(async () => {
  ways = await startTwoWays()
})
afterAll(() => ways.stop())

/** Of the headers, those that mean something to a client. */
const telling = ['content-type', 'vary', 'allow', 'retry-after', 'cache-control', 'etag', 'location', 'set-cookie']

function seen({ status, headers, body }: Got) {
  const named = Object.fromEntries(telling.map((name) => [name, headers[name]]))
  return { status, headers: named, body: body.replaceAll(/"requestId":"[^"]*"/g, '"requestId":"…"') }
}

/** What both answered, and which procedures ran. */
async function both(sent: Sent) {
  const ask = async (mount: string) => {
    const from = ways.ran.length
    const got = seen(await send(ways.port, { ...sent, path: mount + sent.path }))
    return { ...got, ran: ways.ran.slice(from) }
  }
  const stock = await ask('/stock')
  return { stock, lean: await ask('/lean') }
}

async function compare(sent: Sent): Promise<Got> {
  const { lean, stock } = await both(sent)
  expect(lean, `${sent.method} ${sent.path.slice(0, 300)} ${String(sent.body ?? '').slice(0, 300)}`).toEqual(stock)
  return lean
}

const names = [
  ...['echo', 'strict', 'bare', 'value', 'wrongOutput', 'bigint', 'cycle', 'promised', 'generated', 'fails'],
  ...['throwsText', 'staffOnly', 'change', 'touch', 'inner.deep', 'inner.set', 'inner', 'missing', '', '__proto__'],
  ...['constructor', 'toString', 'inner.missing', 'inner..deep', '.inner.deep', 'Echo', 'echo '],
]
const json = { 'content-type': 'application/json' }
const encode = (value: unknown) => encodeURIComponent(typeof value === 'string' ? value.toWellFormed() : String(value))

const texts = [
  ...['', '{', '}', 'null', '""', '0', '[]', '{}', 'undefined', '{"a":"b"}', '{"a":1}', '{"a":"b","x":1}'],
  ...['"CONFLICT"', '"SERVICE_UNAVAILABLE"', '"INTERNAL_SERVER_ERROR"', '"rows"', '"nothing"', '"text"', '"zero"'],
  ...['{"a":"Grüße 世界 🏺\\u0000"}', '{"a":"\\ud800"}', '{"__proto__":{"a":"b"}}', ' {"a":"b"} ', '\ufeff{"a":"b"}'],
  ...[
    '{"a":"b","a":"c"}',
    '1e999',
    '-0',
    '"\u2028"',
    `{"a":"${'x'.repeat(5_000)}"}`,
    '{"0":{"a":"b"}}',
    '{"a":"1+1 %26 &"}',
  ],
]

describe('the lean handler beside the adapter of tRPC', () => {
  it('given each name with each text, when asked by GET and by POST, then both answer alike', async () => {
    let sent = 0
    for (const name of names) {
      for (const text of texts) {
        const path = `/${name.replace(' ', '%20')}`
        await compare({ method: 'GET', path: `${path}?input=${encodeURIComponent(text)}` })
        await compare({ method: 'POST', path, headers: json, body: text })
        sent += 2
      }
      await compare({ method: 'GET', path: `/${name.replace(' ', '%20')}` })
    }
    expect(sent).toBeGreaterThan(1_000)
  }, 120_000)

  it('given hostile values, when sent as input, alone and in batches, then both answer alike', async () => {
    for (const value of hostile) {
      const text = JSON.stringify(value)
      await compare({ method: 'POST', path: '/change', headers: json, body: text })
      await compare({ method: 'POST', path: '/change,touch?batch=1', headers: json, body: `{"0":${text},"1":${text}}` })
      await compare({ method: 'POST', path: '/change,touch?batch=1', headers: json, body: text })
      if (text.length > 8_000) continue
      await compare({ method: 'GET', path: `/echo?input=${encodeURIComponent(text)}` })
      await compare({ method: 'GET', path: `/echo,strict?batch=1&input=${encodeURIComponent(`{"1":${text}}`)}` })
    }
  }, 60_000)

  it('given batches of any procedures with any inputs, when sent, then both answer alike, and run the same', async () => {
    const name = fc.constantFrom(...names.filter((one) => !one.includes(' ')))
    const input = fc.oneof(
      fc.constantFrom<unknown>({ a: 'b' }, 'CONFLICT', 'SERVICE_UNAVAILABLE', 'text', null, 1, [], {}),
      fc.jsonValue({ noUnicodeString: false }),
    )
    const calls = fc.array(fc.tuple(name, fc.option(input, { nil: undefined })), { minLength: 1, maxLength: 24 })
    await fc.assert(
      fc.asyncProperty(calls, fc.constantFrom('GET', 'GET', 'POST'), async (all, method) => {
        const path = `/${all.map(([one]) => one).join(',')}?batch=1`
        const body = JSON.stringify(Object.fromEntries(all.map(([, value], index) => [index, value])))
        if (method === 'POST') await compare({ method, path, headers: json, body })
        else await compare({ method, path: `${path}&input=${encode(body)}` })
      }),
      { numRuns: 200 },
    )
  }, 60_000)

  it('given batches that only read, and batches that only write, when sent, then the short way answers, and alike', async () => {
    const passedOn = ways.passedOn()
    const reads = fc.constantFrom('echo', 'strict', 'bare', 'value', 'fails', 'bigint', 'promised', 'throwsText')
    const writes = fc.constantFrom('change', 'touch', 'inner.set')
    const input = fc.constantFrom<unknown>({ a: 'b' }, 'CONFLICT', 'SERVICE_UNAVAILABLE', 'text', 'rows', null, 1)
    const list = (name: fc.Arbitrary<string>) => fc.array(fc.tuple(name, input), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(list(reads), list(writes), async (read, written) => {
        const pathOf = (all: [string, unknown][]) => `/${all.map(([one]) => one).join(',')}?batch=1`
        const bodyOf = (all: [string, unknown][]) =>
          JSON.stringify(Object.fromEntries(all.map(([, value], at) => [at, value])))
        await compare({ method: 'GET', path: `${pathOf(read)}&input=${encode(bodyOf(read))}` })
        await compare({ method: 'POST', path: pathOf(written), headers: json, body: bodyOf(written) })
      }),
      { numRuns: 100 },
    )
    expect(ways.passedOn()).toBe(passedOn)
  }, 60_000)

  it.each(
    [
      ...['?', '?input', '?input=', '?input=%', '?input=%zz', '?input=%22%ff%22', '?input=%22+%22', '?input=%22%2B%22'],
      ...['?batch', '?batch=', '?batch=0', '?batch=2', '?batch=1', '?batch=1&batch=2', '?batch=2&batch=1', '?BATCH=1'],
      ...[
        '?input=%22a%22&input=%22b%22',
        '?b%61tch=1&input={}',
        '?%69nput=%22a%22',
        '?x=1&input=%22a%22&y',
        '?&&input=1',
      ],
      ...[
        '?input=1#input=2',
        '#',
        '?input="a"',
        "?input='a'",
        '?input=%22%F0%9F%8F%BA%22',
        '?input=%22\xe9%22',
        '?=',
        '?input==1',
      ],
      ...['?connectionParams={}', '?connectionParams=x', '?input=1&connectionParams=null', '?c%6fnnectionParams=x'],
      ...[
        '?batch=1&input=[]',
        '?batch=1&input=1',
        '?batch=1&input={"0":1,"7":2}',
        '?input=1&batch=1',
        '?lastEventId=1',
      ],
    ].map((query) => [query]),
  )('given the query %s, when asked, then both answer alike', async (query) => {
    for (const name of ['echo', 'strict', 'bare', 'touch', 'echo,bare', 'echo%2Cbare', 'missing']) {
      await compare({ method: 'GET', path: `/${name}${query}` })
      await compare({ method: 'POST', path: `/${name}${query}`, headers: json, body: '{"a":"b"}' })
    }
  })

  it.each(
    [
      '/%',
      '/%zz',
      '/ech%6f',
      '/echo%00',
      '/%E4%B8%96',
      '/\xe9',
      '/echo,',
      '/,',
      '/,?batch=1',
      '/echo,?batch=1',
      '/echo%2Cbare?batch=1',
    ].map((path) => [path]),
  )('given the path %s, when asked, then both answer alike', async (path) => {
    await compare({ method: 'GET', path })
    await compare({ method: 'POST', path, headers: json, body: '{}' })
  })

  it('given other methods, when sent, then both refuse alike', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
      for (const path of ['/echo', '/touch', '/missing', '/echo,touch?batch=1']) {
        await compare({ method, path, headers: json, ...(method !== 'HEAD' && { body: '{}' }) })
      }
    }
  })

  it.each([
    [{}],
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/json; charset=utf-8' }],
    [{ 'content-type': 'APPLICATION/JSON' }],
    [{ 'content-type': 'application/jsonp' }],
    [{ 'content-type': 'application/json,text/html' }],
    [{ 'content-type': 'multipart/form-data; boundary=x' }],
    [{ 'content-type': 'application/octet-stream' }],
    [{ ...json, accept: 'text/html' }],
    [{ ...json, accept: 'text/html, application/jsonl' }],
    [{ ...json, 'trpc-accept': 'application/jsonl' }],
    [{ ...json, 'trpc-accept': 'text/html' }],
    [{ ...json, 'x-break': 'context' }],
    [{ ...json, 'x-trpc-source': 'test', 'x-request-id': 'mine' }],
  ])('given the headers %j, when sent, then both answer alike', async (headers) => {
    for (const path of ['/echo', '/bare?batch=1', '/strict,echo?batch=1', '/missing']) {
      await compare({ method: 'GET', path, headers: headers as Record<string, string> })
    }
    for (const path of ['/change', '/touch?batch=1', '/change,touch?batch=1', '/missing']) {
      await compare({ method: 'POST', path, headers: headers as Record<string, string>, body: '{"a":"b"}' })
    }
  })

  it('given bodies around the limit, when posted, then both take or refuse them alike', async () => {
    for (const size of [1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1]) {
      const body = `{"a":"${'x'.repeat(size - '{"a":""}'.length)}"}`
      for (const path of ['/change', '/touch', '/change,touch?batch=1']) {
        await compare({ method: 'POST', path, headers: json, body })
        await compare({ method: 'POST', path, headers: { ...json, 'transfer-encoding': 'chunked' }, body })
      }
    }
  })

  it('given bodies that are not UTF-8, when posted, then both read them alike', async () => {
    for (const bytes of [[0xff], [0xef, 0xbb, 0xbf, 0x7b, 0x7d], [0x22, 0xc3, 0x22], [0xfe, 0xff, 0x00, 0x7b]]) {
      await compare({ method: 'POST', path: '/change', headers: json, body: Buffer.from(bytes) })
    }
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80, 0xff]), Buffer.from('"}')])
    await compare({ method: 'POST', path: '/change', headers: json, body })
  })
})

/** Where we differ, and on purpose. */
describe('on purpose', () => {
  it.each(['/any/thing/echo', '//echo', '/echo/', '/app/echo', '/./echo', '/a/touch'])(
    'given %s, when asked, then tRPC alone would run a procedure, and we answer 404',
    async (path) => {
      for (const [method, body] of [['GET'], ['POST', '{}']] as const) {
        const from = ways.ran.length
        const got = await send(ways.port, { method, path: `/app${path}`, headers: json, ...(body && { body }) })
        const { error } = JSON.parse(got.body)
        expect([got.status, error.reason]).toEqual([404, 'NOT_FOUND'])
        expect(ways.ran.slice(from)).toEqual([])
      }
    },
  )

  it('given an answer, when it has been written, then its length is said', async () => {
    const got = await send(ways.port, { method: 'GET', path: '/lean/value?input=%22text%22' })
    expect(got.headers['content-length']).toBe(String(Buffer.byteLength(got.body)))
  })
})
