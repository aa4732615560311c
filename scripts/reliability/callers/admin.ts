/** An administrator who invalidates, warms and looks at caches while all else goes on. No answer may get older by it. */
import { change, pick, rest, type Stage } from '../stage.ts'

interface Report {
  caches: { cache: string }[]
}

export async function manageCaches(stage: Stage): Promise<void> {
  const { products, counters } = stage.world
  const keysOf: Record<string, string[]> = {
    product: products.map(({ slug }) => slug),
    price: products.map(({ variantId }) => variantId),
    stock: counters,
    'category-tree': ['all'],
  }
  const ask = (procedure: string, input: object) =>
    change(stage, { procedure, input, versions: {}, token: stage.admin })
  let caches = Object.keys(keysOf)
  const acts = [
    async () => {
      const { data } = await stage.ask.query<Report>(pick(stage.bases), 'cache.report', {}, stage.admin)
      if (data) caches = data.caches.map(({ cache }) => cache)
    },
    () => ask('cache.invalidate', { cache: pick(caches) }),
    () => ask('cache.invalidate', { tag: pick(['list:base:*', 'list:title:*', 'list:price:*', 'list:facets:*']) }),
    ...[0, 1].flatMap(() => {
      const named = () => {
        const cache = pick(Object.keys(keysOf))
        return { cache, keys: keysOf[cache] ?? [] }
      }
      return [() => ask('cache.invalidate', named()), () => ask('cache.warm', named())]
    }),
    () => ask('cache.warm', {}),
    () => {
      const input = { cache: 'product', key: pick(products).slug }
      return stage.ask.query(pick(stage.bases), 'cache.inspect', input, stage.admin)
    },
  ]
  for (let turn = 0; !stage.ended(); turn++) {
    await acts[turn % acts.length]?.()
    await rest(stage, 700)
  }
}
