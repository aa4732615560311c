/** `npm run migrate:new -- <name>`: writes the SQL that leads from the migrations to schema.prisma. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readArgs, runScript } from '../script.ts'
import { migrationsFolder, pendingSql } from './engine.ts'

await runScript(readName, async ({ databaseUrl, say }, name) => {
  const sql = await pendingSql(databaseUrl)
  if (!sql) return say('The migrations already lead to schema.prisma: nothing to write.')
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const folder = join(migrationsFolder, `${stamp}_${name}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'migration.sql'), `${sql}\n`)
  say(`Wrote ${folder}/migration.sql. Read it, add what Prisma can't say, then: npm run migrate`)
})

function readName(): string {
  const [name] = readArgs({}).positionals
  if (name && /^[a-z0-9_]+$/.test(name)) return name
  throw new Error('usage: npm run migrate:new -- <name>   (lower-case letters, digits and _)')
}
