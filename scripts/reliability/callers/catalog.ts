/** Changes the titles of products: each shows its version. Read from everything that shows a product. */
import { insist, pick, rest, type Stage, watch } from '../stage.ts'
import type { World } from '../world.ts'
import { type Product, usd } from './make.ts'

/** A title is `Historya version 7`. */
export const versionIn = (title: string) => Number(/ version (\d+)$/.exec(title)?.[1] ?? 0)

/** One writer for each product. */
export async function editProduct(stage: Stage, index: number): Promise<void> {
  const { id, slug, word, variantId } = stage.world.products[index] as World['products'][number]
  const key = `product ${slug}`
  stage.recorder.attempt(key, 1)
  watch(stage, async (look) => {
    const seen = await look.query<Product>('catalog.product.bySlug', { slug })
    if (!seen.data) return
    seen.shows(key, seen.data.version, 'near', 'product')
    seen.shows(`price ${variantId}`, seen.data.variants[0]?.prices[0]?.amountMinor ?? 0, 'near', 'product')
  })
  watch(stage, async (look) => {
    const seen = await look.query<{ titles: string[] }>('catalog.product.suggest', { text: word.toLowerCase() })
    const [title] = seen.data?.titles ?? []
    if (seen.data) seen.shows(key, versionIn(title ?? ''), 'near', 'product-suggest')
  })
  for (let expectedVersion = 1; !stage.ended(); ) {
    const input = { id, expectedVersion, title: `${word} version ${expectedVersion + 1}` }
    const versions = { [key]: expectedVersion + 1 }
    const { state } = await insist(stage, { procedure: 'catalog.product.update', input, versions })
    if (state !== 'refused') expectedVersion++
    await rest(stage, 120)
  }
}

/** Raises one variant's price, each time from what it must be: a request that is carried out late is refused. */
export async function setPrice(stage: Stage, index: number): Promise<void> {
  const { variantId } = stage.world.products[index] as World['products'][number]
  const key = `price ${variantId}`
  stage.recorder.attempt(key, 1)
  watch(stage, async (look) => {
    const lines = [{ variantId, quantity: 1 }]
    const seen = await look.query<{ totalMinor: number }>('pricing.quote', { currency: 'USD', lines })
    if (seen.data) seen.shows(key, seen.data.totalMinor, 'strict', 'price')
  })
  for (let amountMinor = 2; !stage.ended(); ) {
    const input = { variantId, ...usd(amountMinor)[0], expectedMinor: amountMinor - 1 }
    const { state } = await insist(
      stage,
      { procedure: 'pricing.set', input, versions: { [key]: amountMinor } },
      'PRICE_CHANGED',
    )
    if (state !== 'refused') amountMinor++
    await rest(stage, 120)
  }
}

/** The same products, on pages of lists and past the caches. */
export function watchPages(stage: Stage): void {
  const { products } = stage.world
  const bySlug = new Map(products.map(({ slug }) => [slug, `product ${slug}`]))
  for (const input of [
    { sort: 'title', limit: 100 },
    { sort: 'newest', limit: 100 },
    { text: 'version', limit: 100 },
  ]) {
    watch(stage, async (look) => {
      const entry = JSON.stringify(input)
      const seen = await look.query<{ items: Product[] }>('catalog.product.list', input, { entry })
      for (const { slug, version } of seen.data?.items ?? []) {
        const key = bySlug.get(slug)
        if (key) seen.shows(key, version, 'near', 'product') // which products there are is the page's, the rest is theirs
      }
    })
  }
  watch(stage, async (look) => {
    const ids = products.map(({ id }) => id)
    const seen = await look.query<Product[]>('catalog.product.byIds', { ids })
    for (const { slug, version } of seen.data ?? []) seen.shows(`product ${slug}`, version, 'strict')
  })
  watch(stage, async (look) => {
    const { id, slug } = pick(products)
    const seen = await look.query<Product>('catalog.product.byId', { id })
    if (seen.data) seen.shows(`product ${slug}`, seen.data.version, 'strict')
  })
}
