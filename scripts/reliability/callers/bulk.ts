/**
 * Writes products in bulk, by slug, whatever their version. A life is one product: its title and its price show the
 * version. A row that can't be written must fail alone.
 */
import { change, execute, lives, rest, type Stage, watch } from '../stage.ts'
import { type Product, usd } from './make.ts'

interface Results {
  results: { outcome: string; version?: number; error?: { reason: string } }[]
}

/** Reasons of a row whose transaction may have been committed all the same, or was not begun. */
const unsure = new Set(['OVERLOADED', 'NOT_TRIED'])

export const bulkUpsert = (stage: Stage, index: number): Promise<void> =>
  lives(stage, async (life) => {
    const slug = `bulk-${index}-${life}`
    const [key, priceKey] = [`bulk ${slug}`, `price of bulk ${slug}`]
    let unwatch = () => {}
    for (let version = 1; !stage.ended(); version++) {
      const title = `Version ${version}`
      const row = { slug, title, status: 'active', variants: [{ sku: slug, prices: usd(version) }] }
      const input = { products: [row, { slug: 'no title' }] }
      for (const each of [key, priceKey]) stage.recorder.attempt(each, version)
      const done = await change<Results>(stage, { procedure: 'catalog.product.bulkUpsert', input, versions: {} })
      if (done.state !== 'acknowledged') break
      const [good, bad] = done.data.results
      if (bad?.outcome !== 'failed') stage.recorder.violate('wrong', `a bad row of ${key} was ${bad?.outcome}`)
      if (good?.outcome === 'failed') {
        const reason = good.error?.reason ?? 'none'
        stage.recorder.failed(reason, 'a row of catalog.product.bulkUpsert')
        if (!unsure.has(reason)) stage.recorder.violate('refused', `${key}: ${reason}`)
        break
      }
      for (const each of [key, priceKey]) stage.recorder.acknowledged(each, version)
      if (good?.version !== version) {
        stage.recorder.violate('wrong', `${key} was ${good?.outcome}, version ${good?.version}, by row ${version}`)
      }
      if (version === 1) unwatch = watchTitle(stage, slug, key, priceKey)
      await rest(stage, 300)
    }
    unwatch()
    // A late request finds no product, and makes one that nobody looks at.
    await execute(stage, 'DELETE FROM product WHERE slug = $1', [slug])
  })

function watchTitle(stage: Stage, slug: string, key: string, priceKey: string): () => void {
  return watch(stage, async (look) => {
    const seen = await look.query<Product>('catalog.product.bySlug', { slug })
    const { title = '', variants = [] } = seen.data ?? {}
    if (!seen.data && seen.refused !== 'PRODUCT_NOT_FOUND') return
    seen.shows(key, Number(title.slice('Version '.length)), 'near', 'product')
    seen.shows(priceKey, variants[0]?.prices[0]?.amountMinor ?? 0, 'near', 'product')
  })
}
