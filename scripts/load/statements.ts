/** What Postgres was asked most often while something ran, by pg_stat_statements. */
import pg from 'pg'
import type { Statement } from '../../load-tests/report/comparison.ts'

const most = 8
const longest = 140

interface Counted {
  id: string
  calls: number
  ms: number
  text: string
}

/** Begins to count; the result ends it, and gives the most frequent ones. Rejects when Postgres does not answer. */
export async function countStatements(databaseUrl: string): Promise<() => Promise<Statement[]>> {
  const before = new Map((await all(databaseUrl)).map((counted) => [counted.id, counted]))
  return async () => {
    const grown = (await all(databaseUrl)).map(({ id, calls, ms, text }): Statement => {
      const { calls: earlier = 0, ms: earlierMs = 0 } = before.get(id) ?? {}
      return { calls: calls - earlier, ms: ms - earlierMs, text: text.replace(/\s+/g, ' ').trim().slice(0, longest) }
    })
    return grown
      .filter(({ calls }) => calls > 0)
      .toSorted((a, b) => b.calls - a.calls)
      .slice(0, most)
  }
}

async function all(connectionString: string): Promise<Counted[]> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000, query_timeout: 5_000 })
  client.on('error', () => {}) // the query reports it
  await client.connect()
  try {
    const { rows } = await client.query<Counted>(
      `SELECT queryid::text AS id, sum(calls)::float8 AS calls, sum(total_exec_time)::float8 AS ms, min(query) AS text
       FROM pg_stat_statements
       WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
         AND query NOT LIKE '%pg_stat_statements%'
       GROUP BY queryid`,
    )
    return rows
  } finally {
    await client.end()
  }
}
