/** Products that a run makes for itself, so that nothing of the shop's own is changed; archived when it ends. */
import type { Api } from '../lib/api.ts'

export interface OwnProduct {
  id: string
  slug: string
  variantId: string
}

export interface Product {
  id: string
  slug: string
  title: string
  version: number
  variants: { id: string }[]
}

/** On sale, with one variant. Rejects when it can't be made. `session`: staff's. */
export async function makeProduct(api: Api, session: string, name: string): Promise<OwnProduct> {
  const slug = `load-test-${name}-${Date.now().toString(36)}${Math.floor(Math.random() * 1e9).toString(36)}`
  const variants = [{ options: [], prices: [{ currency: 'USD', amountMinor: 1_999 }] }]
  const made = await api.mutate<Product>(
    'catalog.product.create',
    { slug, title: `Load test: ${name}`, variants },
    { session },
  )
  const { id, version, variants: [variant] = [] } = made.data ?? {}
  if (!id || !variant) throw new Error(`A product for the test could not be made: ${made.reason}`)
  const { reason } = await api.mutate('catalog.product.publish', { id, expectedVersion: version }, { session })
  if (reason) throw new Error(`A product for the test could not be published: ${reason}`)
  return { id, slug, variantId: variant.id }
}

/** Takes them off sale. */
export async function removeProducts(api: Api, session: string, products: readonly OwnProduct[]): Promise<void> {
  for (const { id } of products) {
    const { data } = await api.query<Product>('catalog.product.current', { id }, { session })
    if (data) await api.mutate('catalog.product.archive', { id, expectedVersion: data.version }, { session })
  }
}
