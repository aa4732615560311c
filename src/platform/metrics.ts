/** The one file that knows the metrics library: prom-client's maintained successor (docs/decisions/0004). */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { metricNames } from './metric-names.ts'

export interface Metrics {
  /** With `collect`, the counter is set at each scrape to what it resolves to: somebody else's count. */
  counter<L extends string>(
    name: string,
    help: string,
    labels?: readonly L[],
    collect?: () => Promise<number | undefined>,
  ): Counter<L>
  histogram<L extends string>(name: string, help: string, labels: readonly L[], buckets: number[]): Histogram<L>
  /** With `collect`, the gauge is set anew at each scrape. */
  gauge<L extends string>(
    name: string,
    help: string,
    labels?: readonly L[],
    collect?: (gauge: Gauge<L>) => void | Promise<void>,
  ): Gauge<L>
  /** Runs `prepare` at each scrape, before anything is read. */
  beforeScrape(prepare: () => void): void
  contentType: string
  /** All metrics as text, for Prometheus. */
  text(): Promise<string>
}

/** Buckets in seconds, from a cache hit to a timeout; dense around what is promised (load-tests/config/slos.ts). */
export const latencyBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5, 1, 2.5, 5,
]

export function createMetrics(build: Record<string, string>): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const preparations: (() => void)[] = []
  collectDefaultMetrics({ register: registry })
  const metrics: Metrics = {
    counter: (name, help, labels = [], collect) =>
      new Counter({
        name,
        help,
        labelNames: labels,
        registers,
        ...(collect && {
          async collect() {
            const count = await collect()
            if (count === undefined) return
            this.reset()
            this.inc(count)
          },
        }),
      }),
    histogram: (name, help, labelNames, buckets) => new Histogram({ name, help, labelNames, buckets, registers }),
    gauge: (name, help, labelNames = [], collect) =>
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        ...(collect && {
          collect() {
            return collect(this)
          },
        }),
      }),
    beforeScrape: (prepare) => void preparations.push(prepare),
    contentType: registry.contentType,
    text: () => {
      for (const prepare of preparations) prepare()
      return registry.metrics()
    },
  }
  metrics.gauge(metricNames.build, 'Always 1; the labels say what runs.', Object.keys(build)).set(build, 1)
  return metrics
}
