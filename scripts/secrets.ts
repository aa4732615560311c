/** The secrets that a local stack needs and was not given: new at each start. Others' databases have their own. */
import { randomBytes } from 'node:crypto'
import { firstUserId } from './seed/users.ts'
import type { Given } from './stack/stack.ts'

export interface Secrets {
  STAFF_TOKEN?: string
  ADMIN_TOKEN?: string
  CACHE_SEAL_KEY?: string
}

export function makeSecrets(env: NodeJS.ProcessEnv, given: Given): Secrets {
  const made: Secrets = {}
  if (!given.databaseUrl && !env.STAFF_TOKEN) made.STAFF_TOKEN = `staff-${randomBytes(18).toString('base64url')}`
  if (!given.databaseUrl && !env.ADMIN_TOKEN) made.ADMIN_TOKEN = `admin-${randomBytes(18).toString('base64url')}`
  if (!given.redisUrl && !env.CACHE_SEAL_KEY) made.CACHE_SEAL_KEY = randomBytes(32).toString('base64')
  return made
}

/** What a person is told of the tokens that were made: what they are, and what one does with them. */
export function describeTokens({ STAFF_TOKEN, ADMIN_TOKEN }: Secrets, base: string) {
  const tokens = Object.entries({ STAFF_TOKEN, ADMIN_TOKEN }).filter(([, token]) => token)
  const paths = STAFF_TOKEN ? [`/api/users/${firstUserId}`, '/trpc/analytics.overview'] : []
  return {
    tokens: tokens.map(([name, token]) => `\n  ${name.padEnd(12)}  ${token}`).join(''),
    commands: paths.map((path) => `\n  curl -H 'Authorization: Bearer ${STAFF_TOKEN}' ${base}${path}`).join(''),
  }
}
