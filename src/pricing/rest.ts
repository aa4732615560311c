/** Prices in REST. */
import type { ProcedureName, RestTable } from '../platform/rest/route.ts'
import { priceNotFound, totalTooHigh, variantsNotFound } from './errors.ts'
import type { createPricingRouter } from './router.ts'

export const pricingRest: RestTable<ProcedureName<ReturnType<typeof createPricingRouter>>> = {
  about: 'What something costs. For anyone.',
  routes: [
    {
      method: 'post',
      path: '/quotes',
      procedure: 'quote',
      summary: 'Quote prices',
      description: 'Changes nothing, and holds nothing. Lines of one variant count together for prices by quantity.',
      errors: [variantsNotFound([]), priceNotFound([]), totalTooHigh()],
      example: { currency: 'USD', lines: [{ variantId: '0192e505-9000-7006-910d-2d1800159c37', quantity: 2 }] },
    },
  ],
}
