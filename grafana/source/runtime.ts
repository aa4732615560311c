/** Runtime and backends: the Node process, its connections to Postgres, and what the exporters say of Postgres and Redis. */
import { metricNames as names } from '../../src/platform/metric-names.ts'
import { dashboard } from './dashboard.ts'
import { postgres, redis } from './exporters.ts'
import { graph } from './panels.ts'
import { picked, quantile, rate, sumRate } from './promql.ts'

const pool = (state: string) => picked(names.pool, `state="${state}"`)

export const runtime = dashboard({
  uid: 'runtime',
  title: 'Runtime and backends',
  description: 'The machinery: Node, connections, Postgres, Redis.',
  rows: {
    Node: [
      graph({
        title: 'Event loop delay, p99',
        description:
          'How late timers are. Good: below 50 ms; about 10 ms is the resolution of the measurement. Above: something computes for too long at a time.',
        unit: 's',
        bad: { from: 0.1 },
        queries: { '{{instance}}': picked(names.eventLoopLagP99) },
      }),
      graph({
        title: 'Event loop utilisation',
        description: 'The part of time the event loop has work. Good: below 70 %; at 100 % requests queue.',
        unit: 'percentunit',
        max: 1,
        bad: { from: 0.9 },
        queries: {
          '{{instance}}': `${rate(picked(`${names.eventLoopUtilization}_sum`))} / ${rate(picked(`${names.eventLoopUtilization}_count`))}`,
        },
      }),
      graph({
        title: 'CPU',
        description: 'Cores that the process uses. Good: about 1 at full load; more is garbage collection and crypto.',
        unit: 'short',
        queries: { '{{instance}}': rate(picked(names.cpu)) },
      }),
      graph({
        title: 'Memory',
        description: 'Heap used and reserved, and the whole process. Good: level after an hour; a slope is a leak.',
        unit: 'bytes',
        width: 12,
        queries: {
          'heap used {{instance}}': picked(names.heapUsed),
          'heap {{instance}}': picked(names.heapTotal),
          'process {{instance}}': picked(names.residentMemory),
        },
      }),
      graph({
        title: 'Garbage collection',
        description: 'The part of time it takes, by kind. Good: below 5 %; much major: the heap is nearly full.',
        unit: 'percentunit',
        width: 12,
        queries: { '{{kind}}': sumRate(picked(`${names.gc}_sum`), 'kind') },
      }),
    ],
    'Connections to Postgres': [
      graph({
        title: 'Pool',
        description: 'Connections in use, and how many there may be (DB_POOL_MAX). Good: in use stays below the most.',
        unit: 'short',
        width: 12,
        queries: {
          'in use {{instance}}': pool('busy'),
          'idle {{instance}}': pool('idle'),
          most: `max(${picked(names.poolMax)})`,
        },
      }),
      graph({
        title: 'Waiting for a connection',
        description: 'Queries that wait for one of the pool. Good: 0. More than that for long: PoolExhausted.',
        unit: 'short',
        bad: { from: 1 },
        width: 12,
        atLeast: 2,
        queries: { '{{instance}}': pool('waiting') },
      }),
      graph({
        title: 'Queries',
        description: 'Questions to Postgres a second, by what they are for. Good: far fewer than calls.',
        unit: 'ops',
        width: 12,
        many: true,
        queries: { '{{operation}}': `${sumRate(picked(`${names.queries}_count`), 'operation')} > 0` },
      }),
      graph({
        title: 'p95 of queries',
        description: 'From asking for a connection to the answer. Good: below 50 ms; all at once slower: the pool.',
        unit: 's',
        width: 12,
        many: true,
        queries: { '{{operation}}': `${quantile(0.95, picked(`${names.queries}_bucket`), 'operation')} >= 0` },
      }),
    ],
    'Postgres, by its exporter': postgres,
    'Redis, by its exporter': redis,
  },
})
