/**
 * Imports a file again and again, as `npm run import` does: another client of the same Postgres, which knows no cache.
 * Titles, prices and stock show the version, and follow by the outbox (G5).
 */
import { Readable } from 'node:stream'
import { importProducts } from '../../../src/catalog/import/import.ts'
import { execute, rest, type Stage, watch } from '../stage.ts'
import type { Product } from './make.ts'

const handles = ['imported-1', 'imported-2']
const header = 'Handle,Title,Status,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty'

const fileOf = (version: number) => {
  const price = (version / 100).toFixed(2)
  const rows = handles.map(
    (handle) => `${handle},Version ${version},active,Title,Default Title,${handle},${price},${version}`,
  )
  return Readable.from([Buffer.from(`${[header, ...rows].join('\n')}\n`)])
}

export async function importFile(stage: Stage): Promise<void> {
  const keyOf = (handle: string) => `import ${handle}`
  for (let version = 1; !stage.ended(); version++) {
    for (const handle of handles) stage.recorder.attempt(keyOf(handle), version)
    try {
      const { products, rows, errors } = await importProducts(stage.importer, fileOf(version), { currency: 'USD' })
      stage.recorder.answered('npm run import')
      const changed = products.created + products.updated
      if (changed < handles.length || rows.skipped > 0) {
        stage.recorder.violate('wrong', `import ${version} changed ${changed} products: ${errors.first[0]?.message}`)
      }
      for (const handle of handles) stage.recorder.acknowledged(keyOf(handle), version)
      if (version === 1) await watchImported(stage, keyOf)
    } catch (error) {
      stage.recorder.failed((error as { reason?: string }).reason ?? 'import failed', 'npm run import')
    }
    await rest(stage, 600)
  }
}

async function watchImported(stage: Stage, keyOf: (handle: string) => string): Promise<void> {
  for (const handle of handles) {
    const key = keyOf(handle)
    const [row] = await execute<{ id: string }>(stage, 'SELECT id::text FROM variant WHERE sku = $1', [handle])
    const variantId = row?.id
    if (variantId === undefined) return
    watch(stage, async (look) => {
      const seen = await look.query<Product>('catalog.product.bySlug', { slug: handle })
      if (!seen.data) return
      seen.shows(key, Number(seen.data.title.slice('Version '.length)), 'outbox', 'product')
      seen.shows(key, seen.data.variants[0]?.prices[0]?.amountMinor ?? 0, 'outbox', 'product')
    })
    watch(stage, async (look) => {
      const input = { currency: 'USD', lines: [{ variantId, quantity: 1 }] }
      const seen = await look.query<{ totalMinor: number }>('pricing.quote', input)
      if (seen.data) seen.shows(key, seen.data.totalMinor, 'outbox', 'price')
    })
    watch(stage, async (look) => {
      const seen = await look.query<({ available: number } | null)[]>('inventory.availability', {
        variantIds: [variantId],
      })
      if (seen.data) seen.shows(key, seen.data[0]?.available ?? 0, 'outbox', 'stock')
    })
  }
}
