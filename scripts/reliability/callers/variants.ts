/**
 * Changes a product's variants: one stays, and its weight and its price show the version; one comes and goes, each time
 * with another id.
 */
import { insist, pick, rest, type Stage, watch } from '../stage.ts'
import { type Product, sellProduct, usd } from './make.ts'

const options = (value: string) => [{ name: 'Size', value }]

export async function editVariants(stage: Stage, index: number): Promise<void> {
  const slug = `sized-${index}`
  const product = await sellProduct(stage, {
    ...{ slug, title: slug, options: [{ name: 'Size', values: ['S', 'M'] }] },
    variants: [{ sku: slug, options: options('S'), weightGrams: 1, prices: usd(1) }],
  })
  const [staying] = product?.variants ?? []
  if (!product || !staying) return
  const [key, priceKey, productKey] = [`variant ${staying.id}`, `price ${staying.id}`, `product ${slug}`]
  stage.recorder.attempt(key, 1)
  stage.recorder.attempt(priceKey, 1)
  watch(stage, async (look) => {
    const seen = await look.query<Product>('catalog.product.bySlug', { slug })
    const variant = seen.data?.variants.find(({ id }) => id === staying.id)
    if (!seen.data) return
    seen.shows(productKey, seen.data.version, 'near', 'product')
    seen.shows(key, variant?.weightGrams ?? 0, 'near', 'product')
    // Prices are read by a time that is taken before the rest: until the change is acknowledged, they may be older.
    seen.shows(priceKey, variant?.prices[0]?.amountMinor ?? 0, 'near', 'product')
  })
  watchQuote(stage, staying.id, priceKey, (amount) => amount ?? 0)

  let version = product.version
  stage.recorder.attempt(productKey, version)
  const step = async (procedure: string, input: object, versions: Record<string, number>) => {
    const asked = { procedure, input: { ...input, expectedVersion: version } }
    const changed = { ...asked, versions: { ...versions, [productKey]: version + 1 } }
    const done = await insist(stage, changed, 'VARIANT_NOT_FOUND') // it was removed by an earlier attempt
    if (done.state === 'acknowledged' || done.state === 'happened') version++
    await rest(stage, 200)
  }
  for (let number = 2; !stage.ended(); number++) {
    const fields = { options: options('S'), weightGrams: number, prices: usd(number) }
    await step(
      'catalog.variant.upsert',
      { productId: product.id, id: staying.id, ...fields },
      { [key]: number, [priceKey]: number },
    )
    if (number % 3 > 0) continue
    await step('catalog.variant.upsert', { productId: product.id, options: options('M'), prices: usd(number) }, {})
    const id = await findOther(stage, slug, staying.id)
    if (id === undefined) continue
    const gone = `variant ${id}` // version 1: it is removed
    const unwatch = watchQuote(stage, id, gone, (amount) => (amount === undefined ? 1 : 0))
    await rest(stage, 150)
    await step('catalog.variant.remove', { id }, { [gone]: 1 })
    await rest(stage, 150)
    unwatch()
  }
}

function watchQuote(stage: Stage, variantId: string, key: string, versionOf: (amount?: number) => number): () => void {
  return watch(stage, async (look) => {
    const input = { currency: 'USD', lines: [{ variantId, quantity: 1 }] }
    const seen = await look.query<{ totalMinor: number }>('pricing.quote', input)
    if (!seen.data && seen.refused !== 'VARIANT_NOT_FOUND') return
    seen.shows(key, versionOf(seen.data?.totalMinor), 'strict', 'price')
  })
}

/** The id of the variant that has come. Undefined: there is none, or the history has ended. */
async function findOther(stage: Stage, slug: string, staying: string): Promise<string | undefined> {
  while (!stage.ended()) {
    const { data } = await stage.ask.query<Product>(pick(stage.bases), 'catalog.product.current', { slug }, stage.staff)
    if (data) return data.variants.find(({ id }) => id !== staying)?.id
  }
  return undefined
}
