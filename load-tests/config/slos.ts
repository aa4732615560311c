/**
 * What the service promises. Plain data without an import: the alert rules and dashboards are generated from it, and a
 * k6 scenario can take its thresholds from it. Each latency is a bucket of the histograms, so that it is counted, not
 * estimated (test/metrics.test.ts holds that).
 */
export const slos = {
  /** The part of calls that must not fail by the server's fault, over `windowDays`. */
  availability: { objective: 0.999, windowDays: 30 },
  /** The part of calls that must be answered within `seconds`. */
  latency: {
    query: { objective: 0.99, seconds: 0.1 },
    mutation: { objective: 0.99, seconds: 0.25 },
  },
  /** From a change in Postgres, by whomever, to no cache having the old answer (guarantee G5). */
  invalidationLag: { objective: 0.99, seconds: 1 },
  /** The part of all reads that the caches answer, once they are warm. */
  hitRatio: 0.8,
} as const
