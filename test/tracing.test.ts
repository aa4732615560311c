/** Traces, as a collector gets them: what is below what, and nothing that names anybody. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startTracing } from '../src/platform/tracing/tracing.ts'
import { insertAccount, login, rightPassword } from './support/accounts.ts'
import { startTestApp } from './support/app.ts'
import { insertProduct } from './support/catalog.ts'
import { settled } from './support/eventually.ts'

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  attributes: { key: string; value: Record<string, unknown> }[]
}

/** A collector for OTLP over HTTP, as JSON. */
async function startCollector() {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    bodies.push(Buffer.concat(chunks).toString())
    response.setHeader('content-type', 'application/json').end('{}')
  }).listen(0)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const spans = (): Span[] =>
    bodies.flatMap((body) =>
      JSON.parse(body).resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: Span[] }[] }) =>
        scopeSpans.flatMap((scope) => scope.spans),
      ),
    )
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies, spans }
}

async function startTraced(env: Record<string, string>) {
  const tracing = await startTracing(env)
  const shop = await startTestApp({ CACHE_SEAL_KEY: 'a'.repeat(64) }, undefined, tracing)
  onTestFinished(() => shop.stop())
  return { shop, flush: async () => tracing?.close() }
}

const [traceId, parentId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']

describe('traces', () => {
  it('given a read that misses, when its trace is looked at, then query lies in load, load in cache, cache in procedure, and all in the caller’s span', async () => {
    const { endpoint, spans } = await startCollector()
    const { shop, flush } = await startTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
    await insertProduct(shop.sql, { slug: 'blue-mug' })
    await settled(shop.sql)
    const input = encodeURIComponent(JSON.stringify({ slug: 'blue-mug' }))
    await fetch(`${shop.base}/trpc/catalog.product.bySlug?input=${input}`, {
      headers: { traceparent: `00-${traceId}-${parentId}-01` },
    })
    await flush()
    const mine = spans().filter((span) => span.traceId === traceId)
    const pathOf = (span: Span | undefined): string[] =>
      span ? [span.name, ...pathOf(mine.find(({ spanId }) => spanId === span.parentSpanId))] : []
    const query = mine.find(({ name }) => name.startsWith('sql product.'))
    expect(pathOf(query)).toEqual([query?.name, 'cache load', 'cache get', 'query catalog.product.bySlug', 'GET /trpc'])
    expect(mine.find(({ name }) => name.startsWith('GET'))?.parentSpanId).toBe(parentId)
    const read = mine.find(({ name }) => name === 'cache get')
    expect(read?.attributes).toContainEqual({ key: 'outcome', value: { stringValue: 'miss' } })
  })

  it('[G11] given logins, right and wrong, and a read of a person, when all spans are searched, then nobody is named and nothing secret told', async () => {
    const { endpoint, bodies, spans } = await startCollector()
    const { shop, flush } = await startTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
    const { id, email } = await insertAccount(shop)
    const { token } = await login(shop, email)
    await login(shop, email, 'a wrong password of mine').catch(() => {})
    await fetch(`${shop.base}/api/users/${id}`, { headers: { authorization: `Bearer ${token}` } })
    for (const path of ['/S3cret-one/S3cret-two', '/trpc/S3cret.three', '/api/S3cret']) await fetch(shop.base + path)
    await flush()
    expect(spans().map(({ name }) => name)).toContain('mutation session.login')
    const roots = spans().filter(({ parentSpanId }) => !parentSpanId)
    expect(new Set(roots.map(({ name }) => name))).toEqual(new Set(['POST /trpc', 'GET /trpc', 'GET /api', 'GET /']))
    const all = bodies.join()
    for (const secret of [id, email, token, rightPassword, 'a wrong password of mine', 'S3cret']) {
      expect(all).not.toContain(secret)
    }
  })

  it('given a collector that is away, when requests come, then they are answered, and closing ends', async () => {
    const { shop, flush } = await startTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
    for (let request = 0; request < 20; request++) expect((await shop.get('/api/categories')).status).toBe(200)
    await flush()
  })

  it('given no endpoint, or the SDK disabled, when started, then there is none; given a wrong sampler, then it says so', async () => {
    expect(await startTracing({})).toBeUndefined()
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }
    expect(await startTracing({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBeUndefined()
    await expect(startTracing({ ...endpoint, OTEL_TRACES_SAMPLER: 'some' })).rejects.toThrow(
      /OTEL_TRACES_SAMPLER: some/,
    )
  })
})
