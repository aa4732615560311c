import { randomUUID } from 'node:crypto'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createLog } from '../src/platform/logging.ts'
import type { RateLimits } from '../src/platform/rate-limit.ts'
import { listen } from '../src/platform/server.ts'
import { createProcedures, nobody, router } from '../src/platform/trpc.ts'
import { limitsOf, tally } from './support/limits.ts'
import { ownRedis } from './support/redis.ts'

const account = 'Ada@Example.org'
const many = (count: number, call: (index: number) => Promise<unknown>) =>
  Array.from({ length: count }, (_, index) => call(index))
const reasonsOf = (refused: { reason: string }[]) => [...new Set(refused.map(({ reason }) => reason))]

describe('limits of logins', () => {
  it('given one address, when it guesses at one account at once, then ten are let by, however the name is written', async () => {
    const { limits, metrics } = await limitsOf(randomUUID())
    const names = [account, 'ada@example.org', '  ADA@EXAMPLE.ORG ', 'ada@example.org']
    const guess = (index: number) => limits.login({ account: names[index % 4] ?? '', address: '192.0.2.1' })
    const { granted, refused } = await tally(many(60, guess))
    expect([granted, reasonsOf(refused)]).toEqual([10, ['RATE_LIMITED']])
    expect(refused[0].detail.retryAfterSeconds).toBeGreaterThan(590)
    expect(refused[0].detail.retryAfterSeconds).toBeLessThanOrEqual(600)
    expect(await metrics.text()).toContain('rate_limited_total{limit="login_pair"} 50')
  })

  it('given many accounts, when one address tries them all, then its own limit holds it up', async () => {
    const { limits, metrics } = await limitsOf(randomUUID(), { logins: 30 })
    const guess = (index: number) => limits.login({ account: `${index}@example.org`, address: '192.0.2.1' })
    expect(await tally(many(80, guess))).toMatchObject({ granted: 30 })
    expect(await metrics.text()).toContain('rate_limited_total{limit="login_address"} 50')
  })

  it('given many addresses, when they guess at one account, then few are let by, and its owner gets in all the same', async () => {
    const prefix = randomUUID()
    const [{ limits: here }, { limits: there }] = [await limitsOf(prefix), await limitsOf(prefix)]
    const atHome = { account, address: '198.51.100.7' }
    await (await here.login(atHome)).succeeded()
    const guess = (index: number) =>
      (index % 2 ? here : there).login({ account, address: `192.0.2.${index}` }).then(() => undefined)
    const { granted, refused } = await tally(many(100, guess))
    expect(granted).toBe(20)
    // No longer than the window, however much is tried.
    expect(Math.max(...refused.map(({ detail }) => detail.retryAfterSeconds))).toBeLessThanOrEqual(300)
    await (await there.login(atHome)).succeeded()
    // The others of its network may try their ten, and use up nothing of anybody else's.
    expect(await tally(many(30, () => here.login(atHome)))).toMatchObject({ granted: 10 })
  })

  it('given right passwords and attempts nobody judged, when told, then they count no more', async () => {
    const { limits } = await limitsOf(randomUUID())
    const who = { account, address: '192.0.2.1' }
    for (let round = 0; round < 30; round++) {
      const attempt = await limits.login(who)
      await (round % 2 ? attempt.succeeded() : attempt.withdrawn())
    }
    expect(await tally(many(20, () => limits.login(who)))).toMatchObject({ granted: 10 })
  })

  it('[G11] given logins, when Redis is searched, then there is neither an e-mail nor an address', async () => {
    const prefix = randomUUID()
    const { limits, client } = await limitsOf(prefix)
    await (await limits.login({ account, address: '192.0.2.77' })).succeeded()
    await limits.login({ account, address: '192.0.2.77' })
    const keys = await client.keys(`${prefix}*`)
    expect(keys.length).toBeGreaterThan(2)
    expect(keys.join(' ')).not.toMatch(/ada|example|192[.]0/i)
  })

  it('given Redis dead, when one address guesses, then the process counts by itself', async () => {
    const redis = await ownRedis()
    const { limits, client } = await limitsOf(randomUUID(), { redisUrl: redis.url })
    const down = new Promise((resolve) => client.once('close', resolve))
    await redis.stop()
    await down
    const who = { account, address: '192.0.2.1' }
    expect(await tally(many(30, () => limits.login(who)))).toMatchObject({ granted: 10 })
    await (await limits.login({ account, address: '192.0.2.2' })).succeeded() // nothing rejects
  })

  it('given twenty logins in one batch, when sent, then each counts', async () => {
    const { limits, metrics } = await limitsOf(randomUUID())
    const judged: string[] = []
    const base = await serveLogins(limits, metrics, (password) => judged.push(password))
    const names = Array(20).fill('login').join(',')
    const inputs = Object.fromEntries(many(20, async () => {}).map((_, index) => [index, { password: `p${index}` }]))
    const response = await fetch(`${base}/trpc/${names}?batch=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(inputs),
    })
    const answers = (await response.json()) as { error: { data: { reason: string } } }[]
    const reasons = answers.map(({ error }) => error.data.reason)
    expect(judged).toHaveLength(10)
    expect(reasons.filter((reason) => reason === 'RATE_LIMITED')).toHaveLength(10)
  })
})

/** A router with a login that is always wrong. */
async function serveLogins(
  limits: RateLimits,
  metrics: Parameters<typeof createProcedures>[0],
  judge: (password: string) => void,
): Promise<string> {
  const procedures = createProcedures(metrics, { ...limits, call: () => undefined })
  const { AppError } = await import('../src/platform/errors.ts')
  const appRouter = router({
    login: procedures.open.input(z.strictObject({ password: z.string() })).mutation(async ({ input, ctx }) => {
      await limits.login({ account, address: ctx.address })
      judge(input.password)
      throw new AppError('UNAUTHORIZED', 'CREDENTIALS_INVALID', 'Wrong')
    }),
  })
  const log = createLog('silent')
  const app = express().use(
    '/trpc',
    createExpressMiddleware({
      router: appRouter,
      createContext: () => ({ ...nobody('test', log), caller: '192.0.2.1' }),
    }),
  )
  const server = await listen(app, 0)
  onTestFinished(() => server.drain(0))
  return `http://127.0.0.1:${server.port}`
}
