/** The k6 of this machine, for tests; '' if there is none. `npm run k6` builds one, given Go. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtK6 } from '../../scripts/load/find-k6.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'k6'))

export const k6 = [process.env.K6_BIN, join(root, builtK6), ...onPath].find((path) => path && existsSync(path)) ?? ''
