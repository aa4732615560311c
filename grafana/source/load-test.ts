/**
 * Load test: what k6 sees beside what the server sees, on one time axis. k6 sends its figures by remote write
 * (K6_PROMETHEUS_RW_SERVER_URL; README of load-tests).
 */
import { slos } from '../../load-tests/config/slos.ts'
import { metricNames as names, serverFaults } from '../../src/platform/metric-names.ts'
import { dashboard } from './dashboard.ts'
import { graph } from './panels.ts'
import { oneOf, picked, quantile, rate, sumRate } from './promql.ts'

const calls = (...matchers: string[]) => picked(`${names.procedures}_count`, ...matchers)
const hits = sumRate(picked(names.cacheHits))
const misses = sumRate(picked(names.cacheMisses))
const joined = sumRate(picked(names.cacheCoalesced, 'scope="process"'))

export const loadTest = dashboard({
  uid: 'load-test',
  title: 'Load test',
  description: 'k6 on the left, the server on the right: where do they part?',
  rows: {
    'Offered and served': [
      graph({
        title: 'k6: requests',
        description: 'HTTP requests a second by name. Good: as many as the scenario asks for.',
        unit: 'reqps',
        width: 12,
        many: true,
        queries: { '{{name}}': 'sum by (name) (rate(k6_http_reqs_total[$__rate_interval]))' },
      }),
      graph({
        title: 'Server: calls',
        description: 'Calls a second by procedure; a batch is one request and several calls. Good: as k6’s.',
        unit: 'reqps',
        width: 12,
        many: true,
        queries: { '{{procedure}}': `${sumRate(calls(), 'procedure')} > 0` },
      }),
      graph({
        title: 'k6: p95',
        description: `One request in twenty took longer, for the client. Good: below ${slos.latency.query.seconds * 1_000} ms, and near the server’s: the difference is the network and the queue in front of the event loop. k6’s counts from the beginning of the run: what was slow stays in it.`,
        unit: 's',
        width: 12,
        bad: { from: slos.latency.query.seconds },
        many: true,
        queries: { '{{name}}': 'max by (name) (k6_http_req_duration_p95)' },
      }),
      graph({
        title: 'Server: p95',
        description: 'One call in twenty took longer, as measured inside. Good: within a bucket of k6’s.',
        unit: 's',
        width: 12,
        bad: { from: slos.latency.query.seconds },
        many: true,
        queries: {
          '{{procedure}}': `${quantile(0.95, picked(`${names.procedures}_bucket`), 'procedure')} >= 0`,
        },
      }),
      graph({
        title: 'k6: failures',
        description: 'The part of requests that failed, and of checks that did not hold. Good: 0.',
        unit: 'percentunit',
        width: 12,
        atLeast: 0.01,
        queries: { requests: 'max(k6_http_req_failed_rate)', checks: '1 - min(k6_checks_rate)' },
      }),
      graph({
        title: 'Server: faults',
        description: 'The part of calls that failed by the server’s fault. Good: 0.',
        unit: 'percentunit',
        width: 12,
        atLeast: 0.01,
        queries: { faults: `${sumRate(calls(oneOf('code', serverFaults)))} / ${sumRate(calls())}` },
      }),
    ],
    'Who is the bottleneck': [
      graph({
        title: 'k6: visitors',
        description:
          'Virtual users, and iterations a second. Good: level in the steady phase. All in use at a constant rate: the server falls behind.',
        unit: 'short',
        queries: {
          'virtual users': 'sum(k6_vus)',
          'iterations/s': 'sum(rate(k6_iterations_total[$__rate_interval]))',
        },
      }),
      graph({
        title: 'Server: hit ratio',
        description: `The part of reads that a cache answered. Good: ${slos.hitRatio * 100} % or more after the first minute.`,
        unit: 'percentunit',
        max: 1,
        queries: { 'hit ratio': `${hits} / (${hits} + ${misses} + ${joined})` },
      }),
      graph({
        title: 'Server: loads',
        description: 'Questions that the caches put to Postgres. Good: far fewer than calls.',
        unit: 'ops',
        queries: { loads: sumRate(picked(`${names.cacheLoads}_count`)) },
      }),
      graph({
        title: 'Server: event loop utilisation',
        description: 'Good: below 70 %. At 100 % you measure the queue, not the server: offer less.',
        unit: 'percentunit',
        max: 1,
        width: 12,
        bad: { from: 0.9 },
        queries: {
          '{{instance}}': `${rate(picked(`${names.eventLoopUtilization}_sum`))} / ${rate(picked(`${names.eventLoopUtilization}_count`))}`,
        },
      }),
      graph({
        title: 'Server: connections to Postgres',
        description: 'In use, and queries that wait for one. Good: nothing waits.',
        unit: 'short',
        width: 12,
        queries: { '{{state}}': `sum by (state) (${picked(names.pool)})` },
      }),
    ],
  },
})
