/** OpenTelemetry, put together. Only tracing.ts imports this, and only when it is on. */
import { type Attributes, type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { pathOf, targetOf } from '../front.ts'
import { samplerOf } from './sampler.ts'
import type { Tracing } from './trace.ts'

/** Spans that wait to be sent; when the collector is away, later ones are dropped. */
const mostWaiting = 2_048

export function createTracing(env: NodeJS.ProcessEnv): Tracing {
  const contexts = new AsyncLocalStorageContextManager().enable()
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': env.OTEL_SERVICE_NAME || 'caching-reference' }))
    .merge(detectResources({ detectors: [envDetector] }))
  const sending = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ url: urlOf(env), timeoutMillis: 2_000 }), // its other variables it reads itself
    maxQueueSize: mostWaiting,
    scheduledDelayMillis: 1_000,
    exportTimeoutMillis: 2_000,
  })
  const provider = new TracerProvider({ resource, sampler: samplerOf(env), spanProcessors: [sending] })
  const tracer = provider.getTracer('caching-reference')
  const propagator = new W3CTraceContextPropagator()
  const inside = <T>(context: Context, work: () => T): T => contexts.with(context, work)

  return {
    span: async (name, attributes, work, after) => {
      const parent = contexts.active()
      if (!trace.getSpan(parent)) return work() // nobody's request: the relay, what is kept warm, the consistency checker
      const span = tracer.startSpan(name, { attributes }, parent)
      try {
        return await inside(trace.setSpan(parent, span), work)
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: nameOf(error) })
        throw error
      } finally {
        if (after) span.setAttributes(after())
        span.end()
      }
    },

    past: (name, attributes, durationMs) => {
      if (!trace.getSpan(contexts.active())) return
      const now = Date.now()
      tracer.startSpan(name, { attributes, startTime: now - durationMs }, contexts.active()).end(now)
    },

    handler: (request, response, next) => {
      const parent = propagator.extract(ROOT_CONTEXT, request.headers, {
        get: (headers, key) => headers[key],
        keys: Object.keys,
      })
      const method = request.method ?? ''
      const attributes: Attributes = { 'http.request.method': method, 'url.path': placeOf(pathOf(targetOf(request))) }
      const span = tracer.startSpan(
        `${method} ${attributes['url.path']}`,
        { kind: SpanKind.SERVER, attributes },
        parent,
      )
      response.on('close', () => {
        span.setAttribute('http.response.status_code', response.statusCode)
        if (request.id) span.setAttribute('request.id', request.id)
        if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      })
      inside(trace.setSpan(parent, span), next)
    },

    close: async () => {
      await provider.shutdown().catch(() => {})
      contexts.disable()
    },
  }
}

const urlOf = ({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, OTEL_EXPORTER_OTLP_ENDPOINT: base }: NodeJS.ProcessEnv) =>
  own || `${base?.replace(/\/$/, '')}/v1/traces`

/** What it was, and not what it says: messages may have values in them. */
const nameOf = (error: unknown): string => {
  const { reason, code, name } = (error ?? {}) as { reason?: string; code?: unknown; name?: string }
  return reason ?? (typeof code === 'string' ? code : (name ?? 'Error'))
}

/** The part of the API that was asked: all else in a path is the client's, and may be anything. */
const placeOf = (path: string): string => /^\/(trpc|api|docs|openapi[.]json)(?=\/|$)/.exec(path)?.[0] ?? '/'
