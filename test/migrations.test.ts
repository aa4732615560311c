import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { deploy } from '../scripts/migrate/deploy.ts'
import { pendingSql } from '../scripts/migrate/engine.ts'
import { databaseForTest } from './support/database.ts'

describe('migrations', () => {
  it('given all migrations, when compared with schema.prisma, then nothing is left to migrate', async () => {
    expect(await pendingSql(await databaseForTest())).toBe('')
  })

  it('given an empty database, when two processes deploy at once, then each migration is applied once', async () => {
    const url = await databaseForTest()
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
    const applied = await Promise.all([deploy(url), deploy(url)])
    const { rows } = await client.query('SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL')
    await client.end()
    expect(applied.map((names) => names.length).sort()).toEqual([0, rows.length])
    expect(rows.length).toBeGreaterThan(0)
  })
})
