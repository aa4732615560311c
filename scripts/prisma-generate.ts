/** Generates the Prisma client. The CLI insists on a schema-engine binary it would download but `generate` never runs;
 * naming any executable keeps it from trying (docs/decisions/0005). */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../node_modules/prisma/build/index.js', import.meta.url))
if (!existsSync(cli)) process.exit(0) // an install without devDependencies brings its generated client along

const { status } = spawnSync(process.execPath, [cli, 'generate', '--no-hints'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
})
process.exit(status ?? 1)
