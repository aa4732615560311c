/** `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`: which requests are traced. Default: whoever asks decides, else all. */
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'

/** Throws for a name that there is not. */
export function samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: share }: NodeJS.ProcessEnv): Sampler {
  const ratio = () => new TraceIdRatioBasedSampler(share === undefined ? 1 : Number(share))
  const samplers: Record<string, () => Sampler> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: ratio,
    parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    parentbased_traceidratio: () => new ParentBasedSampler({ root: ratio() }),
  }
  const sampler = samplers[name || 'parentbased_always_on']
  if (!sampler) throw new Error(`OTEL_TRACES_SAMPLER: ${name} is none of ${Object.keys(samplers).join(', ')}`)
  return sampler()
}
