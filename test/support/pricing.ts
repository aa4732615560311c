/** A shop with staff, for tests of prices. */
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client'
import { expect } from 'vitest'
import type { AppRouter } from '../../src/app.ts'
import { startTestApp, staffToken, type TestApp } from './app.ts'
import { insertProduct } from './catalog.ts'

/** The application, and a client of its staff. */
export async function startPricedApp(env: Record<string, string> = {}) {
  const app = await startTestApp(env)
  const headers = { authorization: `Bearer ${staffToken}` }
  const staff = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${app.base}/trpc`, headers })] })
  return { ...app, staff: staff.pricing, pricing: app.trpc.pricing }
}

export type PricedApp = Awaited<ReturnType<typeof startPricedApp>>

/** A product with one variant, at `amountMinor` in USD. */
export async function insertPriced(
  { sql }: Pick<TestApp, 'sql'>,
  slug: string,
  amountMinor = 1_000,
  status = 'active',
) {
  const productId = await insertProduct(sql, { slug, status, prices: [amountMinor] })
  const { rows } = await sql.query<{ id: string }>('SELECT id FROM variant WHERE product_id = $1', [productId])
  return { slug, productId, variantId: rows[0]?.id ?? '' }
}

/** What a client is told of the failure of `promise`. */
export const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => (error instanceof TRPCClientError ? error.data : error),
  )

/** A time so many ms from now, by Postgres' clock. */
export async function timeIn({ sql }: Pick<TestApp, 'sql'>, ms: number): Promise<string> {
  const { rows } = await sql.query<{ at: Date }>(`SELECT clock_timestamp() + $1 * interval '1 millisecond' AS at`, [ms])
  return rows[0]?.at.toISOString() ?? ''
}
