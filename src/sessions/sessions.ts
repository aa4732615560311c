/** Sessions and accounts, put together: the only file of this folder that others import. */
import type { Cache } from '../cache/cache.ts'
import type { Clock } from '../cache/clock.ts'
import type { Switches } from '../cache/switches.ts'
import type { Who } from '../platform/access.ts'
import { networkOf } from '../platform/address.ts'
import type { Database } from '../platform/db.ts'
import type { Log } from '../platform/logging.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Outbox } from '../platform/outbox.ts'
import type { RateLimits } from '../platform/rate-limit.ts'
import type { Procedures } from '../platform/trpc.ts'
import { createCredentialCache, createSessionCache } from './caches.ts'
import { createChangePassword } from './change-password.ts'
import { followSessions } from './follow.ts'
import { createIdentify } from './identify.ts'
import { type Attempts, createLogin } from './login.ts'
import { createOpenSession } from './open.ts'
import { createLoginCount } from './outcomes.ts'
import type { Cost } from './password/argon2.ts'
import { createPasswords } from './password/passwords.ts'
import { hashesAtOnce } from './password/slots.ts'
import { createHashingThreads } from './password/threads.ts'
import { createGuest, createRegister } from './register.ts'
import { createAccountRepository } from './repository.accounts.ts'
import { createAudit } from './repository.audit.ts'
import { createForgetting, createSessionRepository } from './repository.sessions.ts'
import { createUserList } from './repository.users.ts'
import { sessionRest } from './rest.ts'
import { createRevoking } from './revoke.ts'
import { createSessionRouter } from './router.ts'
import { createUserRouter } from './router.users.ts'
import { createSeen } from './seen.ts'
import { createChangeUser } from './users.ts'

export interface SessionDeps {
  db: Database
  cache: Cache
  switches: Switches
  outbox: Outbox
  /** Postgres'. */
  clock: Clock
  procedures: Procedures
  metrics: Metrics
  log: Log
  limits: Pick<RateLimits, 'login' | 'register'>
  /** Of the hashes of addresses in Redis. */
  secret: Buffer | undefined
  /** What a password costs to hash; default OWASP's. For tests. */
  passwordCost?: Cost | undefined
}

export function createSessions(deps: SessionDeps) {
  const { db, cache, switches, outbox, clock, procedures, metrics, log, limits, secret, passwordCost } = deps
  if (!cache.seals) log.warn('CACHE_SEAL_KEY is not set: hashes of passwords are not cached, each login is a query')
  const repository = createSessionRepository(db)
  const accounts = createAccountRepository(db)
  const sessions = createSessionCache(cache, repository, clock)
  const credentials = createCredentialCache(cache, accounts, secret)
  followSessions(outbox, sessions, credentials)
  const threads = createHashingThreads(hashesAtOnce)
  const passwords = createPasswords({
    cost: passwordCost,
    coalescing: switches.isOn('coalescing'),
    derive: threads.derive,
  })
  const note = createAudit(db)
  const seen = createSeen(repository.see, log)
  const open = createOpenSession(outbox, sessions)
  const attempts: Attempts = (account, { address }) => limits.login({ account, address: networkOf(address) })

  const router = createSessionRouter({
    procedures,
    sessions: repository,
    guest: createGuest(open),
    register: createRegister(open, passwords, ({ address }) => limits.register(networkOf(address))),
    login: createLogin({ outbox, note, credentials, passwords, open, attempts, count: createLoginCount(metrics) }),
    revoking: createRevoking(outbox),
    changePassword: createChangePassword({ note, accounts, passwords, open, attempts }),
  })
  const userRouter = createUserRouter({ procedures, list: createUserList(db), change: createChangeUser(outbox) })
  /** Who a token makes of its bearer; null: nobody. */
  const identify: (token: string) => Promise<Who | null> = createIdentify({ sessions, repository, seen, clock })
  return { router, userRouter, rest: sessionRest, identify, seen, close: threads.close }
}

/** For the relay: now and then, sessions that are long over are forgotten. */
export const createSessionChore = createForgetting
