/**
 * Puts a product on sale and takes it away, again and again: lists, counts of facets, suggestions, prices and stock must
 * follow, and what does not exist is cached, too. Versions of `shelf …` are odd while the product is on sale.
 */
import { insist, rest, type Stage, watch } from '../stage.ts'
import { makeCategory, makeProduct, type Product, usd } from './make.ts'

const facet = 'history-shelf'

export async function shelve(stage: Stage, index: number): Promise<void> {
  const slug = `shelf-${index}`
  const word = `Shelf${String.fromCharCode(97 + index)}`
  const [key, versionKey] = [`shelf ${slug}`, `product ${slug}`]
  const values = [{ code: slug, title: slug }]
  // One facet for each product: nobody else changes it.
  const facetInput = { code: `${facet}-${index}`, title: slug, values }
  await insist(stage, { procedure: 'catalog.facet.upsert', input: facetInput, versions: {} })
  const category = await makeCategory(stage, slug)
  const size = ['S', 'M'].map((value) => ({
    sku: `${slug}-${value}`,
    options: [{ name: 'Size', value }],
    prices: usd(1),
  }))
  const product = await makeProduct(stage, {
    ...{ slug, title: word, categoryId: category?.id ?? null, facets: { [facetInput.code]: [slug] } },
    ...{ options: [{ name: 'Size', values: ['S', 'M'] }], variants: size },
  })
  if (!product) return
  watchShelf(stage, {
    slug,
    word,
    key,
    versionKey,
    facetCode: facetInput.code,
    variantId: product.variants[0]?.id ?? '',
  })
  const { id, variants } = product
  const order = variants.map((variant) => variant.id)
  const steps = [
    { procedure: 'catalog.product.publish', input: {}, shelf: 1 },
    { procedure: 'catalog.product.reorder', input: () => ({ variants: order.reverse() }), shelf: 0 },
    { procedure: 'catalog.product.archive', input: {}, shelf: 1 },
  ]
  let shelf = 0
  for (let version = 1; !stage.ended(); ) {
    for (const { procedure, input, shelf: more } of steps) {
      const versions = { [versionKey]: version + 1, ...(more > 0 && { [key]: shelf + more }) }
      const extra = typeof input === 'function' ? input() : input
      const { state } = await insist(stage, { procedure, input: { id, expectedVersion: version, ...extra }, versions })
      if (state === 'refused' || state === 'unknown') return
      version++
      shelf += more
      await rest(stage, 180)
    }
  }
}

interface Shelf {
  slug: string
  word: string
  key: string
  versionKey: string
  facetCode: string
  variantId: string
}

function watchShelf(stage: Stage, { slug, word, key, versionKey, facetCode, variantId }: Shelf): void {
  watch(stage, async (look) => {
    const seen = await look.query<Product>('catalog.product.bySlug', { slug })
    if (seen.data) seen.shows(versionKey, seen.data.version, 'near', 'product')
    if (seen.data || seen.refused === 'PRODUCT_NOT_FOUND') seen.showsState(key, !!seen.data, 'near', 'product')
  })
  watch(stage, async (look) => {
    const seen = await look.query<{ items: Product[] }>('catalog.product.list', { category: slug }, { entry: slug })
    if (seen.data) seen.showsState(key, seen.data.items.length > 0, 'near', 'product-list')
  })
  watch(stage, async (look) => {
    const seen = await look.query<Pick<Product, 'facets'>>(
      'catalog.product.facets',
      { category: slug },
      { entry: slug },
    )
    const isThere = seen.data?.facets.some(({ code }) => code === facetCode) ?? false
    if (seen.data) seen.showsState(key, isThere, 'near', 'product-facets')
  })
  watch(stage, async (look) => {
    const seen = await look.query<{ titles: string[] }>('catalog.product.suggest', { text: word.toLowerCase() })
    if (seen.data) seen.showsState(key, seen.data.titles.includes(word), 'near', 'product-suggest')
  })
  watch(stage, async (look) => {
    const input = { currency: 'USD', lines: [{ variantId, quantity: 1 }] }
    const seen = await look.query('pricing.quote', input)
    if (seen.data || seen.refused === 'VARIANT_NOT_FOUND') seen.showsState(key, !!seen.data, 'strict', 'price')
  })
  watch(stage, async (look) => {
    const seen = await look.query<(object | null)[]>('inventory.availability', { variantIds: [variantId] })
    if (seen.data) seen.showsState(key, seen.data[0] !== null, 'near', 'stock')
  })
}
