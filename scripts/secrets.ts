/** The secrets that a local stack needs and was not given: new at each start. Others' databases have their own. */
import { randomBytes } from 'node:crypto'
import type { Given } from './stack/stack.ts'

export interface Secrets {
  CACHE_SEAL_KEY?: string
}

export function makeSecrets(env: NodeJS.ProcessEnv, given: Given): Secrets {
  const made: Secrets = {}
  if (!given.redisUrl && !env.CACHE_SEAL_KEY) made.CACHE_SEAL_KEY = randomBytes(32).toString('base64')
  return made
}
