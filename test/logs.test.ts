/** Logs: each line of a request has its id, the cache says what it does when asked to, and no secret gets in. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLog } from '../src/platform/logging.ts'
import { startTestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'
import { eventually, settled } from './support/eventually.ts'

interface Line {
  level: number
  msg: string
  req?: { id: string }
  procedure?: string
  event?: { type: string; cache?: string }
}

const [debug, error] = [20, 50]

/** A stream, and the lines that were written to it. */
function recorder() {
  const texts: string[] = []
  return {
    stream: { write: (text: string) => void texts.push(text) },
    texts,
    lines: () => texts.map((text) => JSON.parse(text) as Line),
  }
}

async function startLogging(level: string) {
  const record = recorder()
  const shop = await startTestApp({ LOG_LEVEL: level }, record.stream)
  onTestFinished(() => shop.stop())
  await insertProduct(shop.sql, { slug: 'blue-mug' })
  await settled(shop.sql) // the caches have followed: nothing is invalidated later
  record.texts.length = 0
  return { shop, ...record }
}

describe('logs', () => {
  it('given a batch whose calls fail inside, when looked up by the id of its answer, then there is a line for each with the reason', async () => {
    const { shop, lines } = await startLogging('info')
    await shop.sql.query('ALTER TABLE product RENAME TO elsewhere')
    const input = encodeURIComponent(JSON.stringify({ 0: { slug: 'a' }, 1: { slug: 'b' } }))
    const path = 'catalog.product.bySlug,catalog.product.bySlug'
    const answer = await fetch(`${shop.base}/trpc/${path}?batch=1&input=${input}`, {
      headers: { 'x-request-id': 'batch-of-two' },
    })
    const bodies = (await answer.json()) as { error: { data: { requestId: string } } }[]
    expect(bodies.map((body) => body.error.data.requestId)).toEqual(['batch-of-two', 'batch-of-two'])
    const failures = lines().filter(({ msg }) => msg === 'procedure failed')
    expect(failures).toHaveLength(2)
    const expected = { level: error, req: { id: 'batch-of-two' }, procedure: 'catalog.product.bySlug' }
    for (const failure of failures) expect(failure).toMatchObject({ ...expected, err: { stack: expect.any(String) } })
  })

  it('given the level debug, when a read misses and then hits, then the cache tells of the miss, without its key, and not of hits', async () => {
    const { shop, lines } = await startLogging('debug')
    await shop.get('/api/products/blue-mug')
    await shop.get('/api/products/blue-mug')
    const events = () => lines().filter(({ event }) => event?.cache === 'product')
    await eventually(() => expect(events().map(({ event }) => event?.type)).toContain('fill'))
    expect(events().map(({ event }) => event?.type)).toEqual(['miss', 'lease-won', 'load', 'missed', 'fill'])
    expect(events().every(({ level }) => level === debug)).toBe(true)
    expect(JSON.stringify(events())).not.toContain('blue-mug')
  })

  it('given the level info, when a read misses, then the cache is silent', async () => {
    const { shop, lines } = await startLogging('info')
    await shop.get('/api/products/blue-mug')
    expect(lines().filter(({ event }) => event)).toEqual([])
  })

  it('[G11] given secrets in what is logged, when written, then they are not in the line', () => {
    const { stream, texts } = recorder()
    const log = createLog('info', stream)
    const secret = 'do-not-tell'
    const headers = { authorization: `Bearer ${secret}`, cookie: `session=${secret}` }
    log.info({ password: secret, token: secret, ...headers, user: { password: secret, token: secret }, headers }, 'x')
    log.info({
      req: { headers: { ...headers, 'set-cookie': secret } },
      a: { b: { newPassword: secret, email: secret } },
    })
    const failed = Object.assign(new Error('it failed'), {
      code: '23505',
      detail: `Key (email)=(${secret}) already exists.`,
      input: { token: secret },
    })
    log.error({ err: new Error('outside', { cause: failed }) }, 'x')
    log.error({ err: failed }, 'x')
    expect(texts).toHaveLength(4)
    expect(texts.join()).not.toContain(secret)
    expect(texts[2]).toContain('caused by: Error: it failed')
    expect(JSON.parse(texts[3] ?? '')).toMatchObject({ err: { type: 'Error', code: '23505', message: 'it failed' } })
    expect(texts[0]).toContain('[Redacted]')
  })
})
