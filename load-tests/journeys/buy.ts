/** Somebody wants one of it: gets it or is told that it is sold out; asks twice, has bought once; pays, or doesn't. */
import type { Random } from '../../scripts/seed/random.ts'
import type { Api, Visitor } from '../lib/api.ts'
import type { OwnProduct } from './own-product.ts'

interface Reservation {
  id: string
  status: string
}

export async function buy(api: Api, { variantId }: OwnProduct, random: Random, visitor: Visitor): Promise<void> {
  const idempotencyKey = `${variantId}-${visitor.warmUp ? 'warm-' : ''}${visitor.iteration}`
  const input = { lines: [{ variantId, quantity: 1 }], ttlSeconds: 3_600, idempotencyKey }
  const reserve = () => api.mutate<Reservation>('inventory.reservation.create', input, { expected: ['OUT_OF_STOCK'] })
  const { data, reason } = await reserve()
  api.check('a buyer gets it, or is told that it is sold out', data?.status === 'active' || reason === 'OUT_OF_STOCK')
  if (!data) return api.count('refused')
  api.count('granted')
  if (random.chance(0.2)) {
    const again = await reserve()
    api.check('who asks again with the same key has bought once', again.data?.id === data.id)
  }
  if (random.chance(0.5)) {
    const { data: paid } = await api.mutate<Reservation>('inventory.reservation.commit', { id: data.id })
    api.check('who has it can pay for it', paid?.status === 'committed')
  }
}
