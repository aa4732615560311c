/**
 * Traces by OpenTelemetry, if the environment says where to (`OTEL_EXPORTER_OTLP_ENDPOINT`): a span for each request,
 * procedure, read of a cache, load, wait and query. Without that, nothing of it is even imported, and nobody asks at each
 * request whether it is on: what it wraps is left as it is (docs/decisions/0043).
 */
import type { Tracing } from './trace.ts'

/**
 * undefined: the environment names no endpoint. Of OpenTelemetry's variables those of the OTLP exporter, `OTEL_SERVICE_NAME`,
 * `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_TRACES_SAMPLER` and its `_ARG`, and `OTEL_SDK_DISABLED` count. Rejects with what is wrong
 * with them.
 */
export async function startTracing(env: NodeJS.ProcessEnv): Promise<Tracing | undefined> {
  const isAsked = env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT
  if (!isAsked || env.OTEL_SDK_DISABLED === 'true') return undefined
  const { createTracing } = await import('./otel.ts')
  return createTracing(env)
}
