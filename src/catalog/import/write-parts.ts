/** Writes what belongs to products: options, images, variants with their prices and option values, stock. */
import type { Columns } from './columns.ts'
import type { Draft } from './draft.ts'
import { planOptions } from './options.ts'
import type { Finding, ImportSummary } from './report.ts'
import { saveMedia } from './repository.media.ts'
import { saveChoices, saveOptions } from './repository.options.ts'
import { saveStock } from './repository.stock.ts'
import type { Client } from './repository.ts'
import { savePrices, saveVariants } from './repository.variants.ts'

export interface WriteContext {
  columns: Columns
  /** What the prices are in. */
  currency: string
}

type Product = Draft & { id: string }

interface WrittenParts {
  /** The ids of the products something of which changed; stock doesn't count. */
  changed: Set<string>
  variants: ImportSummary['variants']
  stock: { changed: number; warnings: Finding[] }
}

/** Writes the parts of `products`, all of which exist by now. */
export async function writeParts(
  client: Client,
  products: Product[],
  { columns, currency }: WriteContext,
): Promise<WrittenParts> {
  const options = products.flatMap(({ id: productId, known, options }) =>
    planOptions(known?.options ?? [], options.filter(Boolean)).map((option) => ({ ...option, productId })),
  )
  const restructured = new Set(await saveOptions(client, options))
  const images = products.flatMap(({ id: productId, known, images }) =>
    images.map((image) => ({ ...image, productId, isNew: !known })),
  )
  const illustrated = await saveMedia(client, images)

  const drafts = products.flatMap(({ id: productId, variants }) => variants.map((part) => ({ ...part, productId })))
  const variants = await saveVariants(client, drafts, columns)
  const repriced = new Set(await savePrices(client, variants, currency, columns))

  const optionsOf = new Map(products.map(({ id, options }) => [id, options]))
  const choices = variants
    .filter(({ change, productId }) => change === 'created' || restructured.has(productId))
    .flatMap(({ id: variantId, productId, change, values }) =>
      values.flatMap((value, index) => {
        const option = optionsOf.get(productId)?.[index]
        return option && value ? { productId, variantId, isNew: change === 'created', option, value } : []
      }),
    )
  await saveChoices(client, choices)
  const stock = await saveStock(client, variants)

  const created = variants.filter(({ change }) => change === 'created')
  const updated = variants.filter(
    ({ id, change }) => change !== 'created' && (change === 'updated' || repriced.has(id)),
  )
  return {
    changed: new Set([...restructured, ...illustrated, ...[...created, ...updated].map(({ productId }) => productId)]),
    variants: {
      created: created.length,
      updated: updated.length,
      unchanged: variants.length - created.length - updated.length,
    },
    stock,
  }
}
