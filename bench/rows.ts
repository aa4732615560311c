/** The rows, in the order of the tables. */
import type { Row } from './row.ts'
import { memory } from './rows/memory.ts'
import { metrics } from './rows/metrics.ts'
import { miss } from './rows/miss.ts'
import { near } from './rows/near.ts'
import { peek } from './rows/peek.ts'
import { redis, redis32 } from './rows/redis.ts'
import { stampede } from './rows/stampede.ts'
import { stampedeProcesses } from './rows/stampede-processes.ts'

export const rows: readonly Row[] = [near, peek, metrics, redis, redis32, miss, stampede, stampedeProcesses, memory]

/** By name. Throws when there is none. */
export function rowNamed(name: string): Row {
  const row = rows.find((each) => each.name === name)
  if (!row) throw new Error(`There is no row "${name}".`)
  return row
}
