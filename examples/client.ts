/**
 * A typed client of the API: `npm run example` beside `npm start`. Types come from the server's router, nothing is
 * generated. BASE_URL says where the server is (default http://localhost:3000).
 */
import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client'
import type { AppRouter } from '../src/app.ts'

const base = process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? 3000}`
const shop = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${base}/trpc` })] })

// Calls made at the same time travel in one HTTP request.
const [tree, lamps] = await Promise.all([
  shop.catalog.category.tree.query(),
  shop.catalog.product.list.query({ text: 'lamp', sort: 'price', limit: 3 }),
])
console.log('Categories:', tree.map((category) => category.title).join(', '))

console.log('The cheapest lamps:')
for (const lamp of lamps.items) {
  const prices = lamp.variants.flatMap((variant) => variant.prices).filter((price) => price.currency === 'USD')
  const lowest = Math.min(...prices.map((price) => price.amountMinor))
  console.log(`  ${(lowest / 100).toFixed(2)} USD  ${lamp.title}  (${lamp.slug})`)
}

// Reading it again and again: the first comes from Postgres, the rest from Redis.
for (let round = 1; round <= 3; round++) {
  const started = performance.now()
  const mug = await shop.catalog.product.bySlug.query({ slug: 'blue-mug' })
  console.log(`${mug.title}, version ${mug.version}, in ${(performance.now() - started).toFixed(1)} ms`)
}

try {
  await shop.catalog.product.bySlug.query({ slug: 'no-such-thing' })
} catch (error) {
  if (!(error instanceof TRPCClientError)) throw error
  console.log('A failure is typed:', error.data.code, error.data.reason, `(${error.message})`)
}
