/**
 * A category's page, cached by two ways. `whole`: the hundred products with all they have, of which each answer takes
 * the first twenty and three fields. `needed`: what is answered, and no more.
 */
import { serveContrast } from './server.ts'

const ttlSeconds = 600

interface Product {
  id: string
  slug: string
  title: string
}

serveContrast('values', ({ redis, way, ask, hit, miss }) => {
  async function products(category: string): Promise<Product[]> {
    const input = encodeURIComponent(JSON.stringify({ category, limit: 100 }))
    return JSON.parse(await ask(`/trpc/catalog.product.list?input=${input}`)).result.data.items
  }
  const answerOf = (items: readonly Product[]) => items.slice(0, 20).map(({ id, slug, title }) => ({ id, slug, title }))
  return {
    'catalog.product.list': async ({ input }) => {
      const { category } = input as { category: string }
      const key = `contrast:list:${category}`
      const found = await redis.get(key)
      if (found) {
        hit()
        return { items: answerOf(JSON.parse(found)), nextCursor: null }
      }
      miss()
      const items = await products(category)
      await redis.set(key, JSON.stringify(way === 'whole' ? items : answerOf(items)), 'EX', ttlSeconds)
      return { items: answerOf(items), nextCursor: null }
    },
  }
})
