/** `npm run migrate`: applies the migrations that the database has not seen. Safe to run from many processes at once. */

import pg from 'pg'
import { migrationList, noFilter, withEngine } from './engine.ts'

/** Any number all deployers agree on: they take turns. */
const advisoryLock = 7_242_000_001

/** Applies what is pending and returns the names of what was applied. */
export async function deploy(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 })
  await client.connect().catch((cause) => {
    throw new Error(refusal(client, cause), { cause })
  })
  try {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock])
    const applied = await withEngine(databaseUrl, (engine) =>
      engine.applyMigrations({ migrationsList: migrationList(), filters: noFilter }),
    )
    return applied.appliedMigrationNames
  } finally {
    await client.end()
  }
}

/** Names the variable and the place, never the password. A refusal at all of a host's addresses has a code, but no message. */
function refusal({ host, port, database }: pg.Client, { message, code }: NodeJS.ErrnoException): string {
  return `DATABASE_URL: no database "${database}" on Postgres at ${host}:${port} (${message || code})`
}

if (import.meta.main) {
  const { readArgs, runScript } = await import('../script.ts')
  await runScript(
    () => readArgs({}),
    async ({ databaseUrl, say }) => {
      const applied = await deploy(databaseUrl)
      say(applied.length === 0 ? 'Nothing to migrate.' : `Applied: ${applied.join(', ')}`)
    },
  )
}
