/** The procedures of prices: anyone may ask what something costs, staff say so. */
import { type Procedures, router } from '../platform/trpc.ts'
import type { PriceCache } from './caches.ts'
import { quoteOf } from './quote.ts'
import * as schema from './schema.ts'
import type { createPriceWindows } from './windows.ts'

export interface PricingRouterDeps {
  procedures: Procedures
  prices: PriceCache
  windows: ReturnType<typeof createPriceWindows>
}

export function createPricingRouter({ procedures: { shared, staff }, prices, windows }: PricingRouterDeps) {
  return router({
    quote: shared
      .input(schema.quoteInput)
      .output(schema.quote)
      .query(async ({ input, ctx }) => {
        const ids = input.lines.map(({ variantId }) => variantId)
        return quoteOf(input, await prices.getMany(ids, ctx.readOutcome))
      }),

    set: staff
      .input(schema.setInput)
      .output(schema.priceWindow)
      .mutation(({ input }) => windows.set(input)),

    schedule: staff
      .input(schema.scheduleInput)
      .output(schema.priceWindow)
      .mutation(({ input }) => windows.schedule(input)),

    cancel: staff
      .input(schema.cancelInput)
      .output(schema.priceWindow)
      .mutation(({ input }) => windows.cancel(input)),

    history: staff
      .input(schema.historyInput)
      .output(schema.pricePage)
      .query(({ input }) => windows.history(input)),
  })
}
