/**
 * Traces by OpenTelemetry, if the environment says where to (`OTEL_EXPORTER_OTLP_ENDPOINT`): a span for each request,
 * procedure, read of a cache, load, wait and query. Without that, nothing of it is even imported, and nobody asks at each
 * request whether it is on: what it wraps is left as it is (docs/decisions/0043).
 */
import type { Attributes } from '@opentelemetry/api'
import type { Handler } from '../front.ts'

/** Runs `work` in a span below the one it is called in. Names and attributes come from the code: no key, no value. */
export type Trace = <T>(
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
  /** What is known of it when it is done. */
  after?: () => Attributes,
) => Promise<T>

export interface Tracing {
  span: Trace
  /** A span that is over, and took so many ms. */
  past(name: string, attributes: Attributes, durationMs: number): void
  /** The span of a request, below that of its `traceparent` (W3C Trace Context), if it has one. */
  handler: Handler
  /** Sends what there is. Never rejects. */
  close(): Promise<void>
}

/**
 * undefined: the environment names no endpoint. Of OpenTelemetry's variables those of the OTLP exporter, `OTEL_SERVICE_NAME`,
 * `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER` and its `_ARG`, and `OTEL_SDK_DISABLED` count. Rejects if its packages,
 * which are optional, are not installed.
 */
export async function startTracing(env: NodeJS.ProcessEnv): Promise<Tracing | undefined> {
  const isAsked = env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  if (!isAsked || env.OTEL_SDK_DISABLED === 'true') return undefined
  const { createTracing } = await import('./otel.ts').catch((cause) => {
    if (cause?.code !== 'ERR_MODULE_NOT_FOUND') throw cause
    throw new Error('Traces need packages that are optional: npm install --include=optional', { cause })
  })
  return createTracing(env)
}
