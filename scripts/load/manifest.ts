/** What figures belong to, so that they can be told from others, and made again. */

import type { Manifest } from '../../load-tests/report/comparison.ts'
import { load, machine } from '../fleet/machine.ts'
import { exec } from '../stack/exec.ts'
import { findRedis } from '../stack/redis.ts'

/** Date, commit, machine, versions. */
export async function circumstancesNow(): Promise<Manifest> {
  const redis = await exec(findRedis() ?? 'redis-server', ['--version']).catch(() => '')
  return {
    ...machine(),
    'Load average before (1, 5, 15 min)': load(),
    Versions: [
      `Node ${process.versions.node}`,
      'PostgreSQL 18',
      `Redis ${redis.match(/v=(\S+)/)?.[1] ?? 'unknown'}`,
    ].join(', '),
  }
}
