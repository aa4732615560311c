/**
 * Prisma's schema engine, compiled to WebAssembly: migrations without the binary that the Prisma CLI downloads
 * (docs/decisions/0005). It keeps the ordinary `_prisma_migrations` table, so the CLI can take over at any time.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import type { SchemaEngine as Engine, MigrationList } from '@prisma/schema-engine-wasm'
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import { migrationAdapter } from './adapter.ts'

export type { Engine }

const require = createRequire(import.meta.url)
const prismaFolder = fileURLToPath(new URL('../../prisma/', import.meta.url))
export const migrationsFolder = join(prismaFolder, 'migrations')
export const noFilter = { externalTables: [], externalEnums: [] }

/** The schema the code is generated from. */
export function schemaFiles() {
  const path = join(prismaFolder, 'schema.prisma')
  return [{ path, content: readFileSync(path, 'utf8') }]
}

/** The migrations on disk, oldest first. */
export function migrationList(): MigrationList {
  const lockfile = join(migrationsFolder, 'migration_lock.toml')
  const folders = readdirSync(migrationsFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return {
    baseDir: migrationsFolder,
    shadowDbInitScript: '',
    lockfile: { path: 'migration_lock.toml', content: existsSync(lockfile) ? readFileSync(lockfile, 'utf8') : null },
    migrationDirectories: folders
      .map(({ name }) => name)
      .sort()
      .map((path) => ({ path, migrationFile: { path: 'migration.sql', content: readMigration(path) } })),
  }
}

function readMigration(name: string) {
  return { tag: 'ok' as const, value: readFileSync(join(migrationsFolder, name, 'migration.sql'), 'utf8') }
}

interface WasmExports {
  __wbindgen_start(): void
}

// TypeScript has WebAssembly's types only in its browser library.
declare const WebAssembly: {
  instantiate(wasm: Uint8Array, imports: Record<string, unknown>): Promise<{ instance: { exports: WasmExports } }>
}

let loaded: Promise<void> | undefined

function load(): Promise<void> {
  loaded ??= (async () => {
    // Where the engine leaves its last words; without it a panic hides behind a TypeError.
    Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => console.error(text) } })
    const wasm = join(dirname(require.resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm')
    const imports = { './schema_engine_bg.js': bindings }
    const { instance } = await WebAssembly.instantiate(await readFile(wasm), imports)
    const internals = bindings as unknown as { __wbg_set_wasm(exports: WasmExports): void }
    internals.__wbg_set_wasm(instance.exports)
    instance.exports.__wbindgen_start()
  })()
  return loaded
}

/** Runs `work` with an engine connected to `databaseUrl`. */
export async function withEngine<T>(databaseUrl: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  await load()
  const { factory, close } = migrationAdapter(databaseUrl)
  const datamodels = schemaFiles().map(({ path, content }): [string, string] => [path, content])
  try {
    const bound = bindMigrationAwareSqlAdapterFactory(factory)
    return await work(await bindings.SchemaEngine.new({ datamodels }, () => {}, bound))
  } finally {
    await close()
  }
}

/** The SQL that leads from the migrations to schema.prisma; empty when they agree. Uses a shadow database. */
export async function pendingSql(databaseUrl: string): Promise<string> {
  const from =
    migrationList().migrationDirectories.length === 0
      ? ({ tag: 'empty' } as const)
      : ({ tag: 'migrations', ...migrationList() } as const)
  const diff = await withEngine(databaseUrl, (engine) =>
    engine.diff({
      from,
      to: { tag: 'schemaDatamodel', files: schemaFiles() },
      script: true,
      exitCode: null,
      filters: noFilter,
    }),
  )
  const sql = (diff.stdout ?? '').trim()
  return sql.includes('This is an empty migration') ? '' : sql
}
