/** Panels of what postgres_exporter and redis_exporter tell; the jobs are named in prometheus/prometheus.yml. */
import { graph } from './panels.ts'
import { rate, sumRate } from './promql.ts'

const pg = (name: string, ...matchers: string[]) =>
  `${name}{${['job="postgres"', 'datname!~"template.*|postgres|"', ...matchers].join(',')}}`
const redisSeries = (name: string, ...matchers: string[]) => `${name}{${['job="redis"', ...matchers].join(',')}}`

export const postgres = [
  graph({
    title: 'Sessions',
    description: 'Connections by what they do. Good: mostly idle; "idle in transaction" for long holds locks.',
    unit: 'short',
    width: 6,
    queries: { '{{state}}': `sum by (state) (${pg('pg_stat_activity_count')})` },
  }),
  graph({
    title: 'Transactions',
    description: 'Committed and rolled back a second. Good: few rollbacks.',
    unit: 'ops',
    width: 6,
    queries: {
      committed: sumRate(pg('pg_stat_database_xact_commit')),
      'rolled back': sumRate(pg('pg_stat_database_xact_rollback')),
    },
  }),
  graph({
    title: 'Blocks found in memory',
    description: 'The part of blocks that need not be read from disk. Good: above 99 %.',
    unit: 'percentunit',
    max: 1,
    width: 6,
    queries: {
      'in memory': `${sumRate(pg('pg_stat_database_blks_hit'))} / (${sumRate(pg('pg_stat_database_blks_hit'))} + ${sumRate(pg('pg_stat_database_blks_read'))})`,
    },
  }),
  graph({
    title: 'Deadlocks and conflicts',
    description: 'A second. Good: 0; rows are locked in one order.',
    unit: 'ops',
    width: 6,
    atLeast: 1,
    queries: {
      deadlocks: sumRate(pg('pg_stat_database_deadlocks')),
      conflicts: sumRate(pg('pg_stat_database_conflicts')),
    },
  }),
]

export const redis = [
  graph({
    title: 'Commands',
    description: 'Commands a second. Good: about as many as reads that no near cache answers.',
    unit: 'ops',
    width: 6,
    queries: { commands: rate(redisSeries('redis_commands_processed_total')) },
  }),
  graph({
    title: 'Keyspace hits',
    description: 'Lookups that found a key, and that did not. Good: mostly hits.',
    unit: 'ops',
    width: 6,
    queries: {
      hits: rate(redisSeries('redis_keyspace_hits_total')),
      misses: rate(redisSeries('redis_keyspace_misses_total')),
    },
  }),
  graph({
    title: 'Clients',
    description: 'Connections. Good: three a process, and those of the exporter and of people.',
    unit: 'short',
    width: 6,
    queries: { clients: redisSeries('redis_connected_clients') },
  }),
  graph({
    title: 'CPU of Redis',
    description: 'Cores that it uses. Good: below 0.8; it serves commands with one.',
    unit: 'short',
    width: 6,
    queries: {
      user: rate(redisSeries('redis_cpu_user_seconds_total')),
      system: rate(redisSeries('redis_cpu_sys_seconds_total')),
    },
  }),
]
