/** Keeps sessions in Redis and nowhere else: what Redis loses, nobody has. Contrast to src/sessions/. */
import { randomBytes, randomUUID } from 'node:crypto'
import { Refusal, serveContrast } from './server.ts'

const lifeSeconds = 3_600
const keyOf = (token: string) => `contrast:session:${token}`

serveContrast('sessions', ({ redis, hit, miss }) => ({
  'session.guest': async () => {
    const token = randomBytes(32).toString('base64url')
    const expiresAt = new Date(Date.now() + lifeSeconds * 1_000).toISOString()
    const session = { id: randomUUID(), kind: 'guest', expiresAt }
    await redis.set(keyOf(token), JSON.stringify(session), 'EX', lifeSeconds)
    return { token, expiresAt, user: null }
  },
  'session.me': async ({ token }) => {
    const found = await redis.get(keyOf(token))
    if (!found) {
      miss()
      throw new Refusal('TOKEN_INVALID', 401)
    }
    hit()
    return { session: JSON.parse(found), user: null }
  },
}))
