/** PromQL, put together from the application's own names. */

/** A duration in brackets of a rate: what Grafana puts in for the panel, or one of a rule. */
export const perPanel = '$__rate_interval'

/** A selector of the application's series (Redis' exporter has a redis_memory_used_bytes, too). */
export const app = (name: string, ...matchers: string[]): string => `${name}{${['job="app"', ...matchers].join(',')}}`

/** The same, narrowed to the instances that are picked at the top of the dashboard. */
export const picked = (name: string, ...matchers: string[]): string => app(name, 'instance=~"$instance"', ...matchers)

export const rate = (series: string, window = perPanel): string => `rate(${series}[${window}])`

/** Sums of rates; `by`: a list of labels, separated by commas. */
export const sumRate = (series: string, by = '', window = perPanel): string =>
  by ? `sum by (${by}) (${rate(series, window)})` : `sum(${rate(series, window)})`

/** A quantile of a histogram whose buckets `series` selects. */
export const quantile = (q: number, series: string, by = '', window = perPanel): string =>
  `histogram_quantile(${q}, ${sumRate(series, by ? `${by}, le` : 'le', window)})`

/** The bucket of `seconds`. Prometheus 3 writes the label of a whole number with a decimal point. */
export const le = (seconds: number): string =>
  Number.isInteger(seconds) ? `le=~"${seconds}|${seconds}[.]0"` : `le="${seconds}"`

export const oneOf = (label: string, values: readonly string[]): string => `${label}=~"${values.join('|')}"`
