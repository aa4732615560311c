/** Creating, changing, publishing and archiving products. Each gives the product's id. */
import type { Tx } from '../../platform/outbox.ts'
import type { Product } from '../schema.ts'
import { notPublishable } from './errors.ts'
import { saveOptions } from './repository.options.ts'
import { orderMedia, orderVariants, saveFacets, saveMedia } from './repository.parts.ts'
import { changeProduct, hasPricedVariant, insertProduct, type Written } from './repository.product.ts'
import type { BulkRow, NewProduct, ProductFields, ProductVersion, ReorderProduct } from './schema.ts'
import { writeVariants } from './variants.ts'

type Status = { status?: Product['status'] | undefined }

/** A draft, unless `status` says something else. */
export async function createProduct(tx: Tx, { variants = [], ...fields }: NewProduct & Status): Promise<string> {
  const id = await insertProduct(tx, fields)
  await writeParts(tx, { id, isNew: true }, fields)
  await writeVariants(tx, { id, isNew: true }, variants)
  if (fields.status === 'active') await mustBePublishable(tx, id)
  return id
}

/** What is not given stays. Options, media and facets that are given take the place of those there are. */
export async function updateProduct(tx: Tx, { id, expectedVersion, ...fields }: ProductVersion & ProductFields) {
  await changeProduct(tx, id, expectedVersion, fields)
  await writeParts(tx, { id }, fields)
  return id
}

/** The same with variants and a status, whatever the version. */
export async function overwriteProduct(tx: Tx, id: string, { variants = [], ...fields }: BulkRow): Promise<void> {
  await changeProduct(tx, id, undefined, fields)
  await writeParts(tx, { id }, fields)
  await writeVariants(tx, { id }, variants)
  if (fields.status === 'active') await mustBePublishable(tx, id)
}

export async function publishProduct(tx: Tx, { id, expectedVersion }: ProductVersion): Promise<string> {
  await changeProduct(tx, id, expectedVersion, { status: 'active' })
  await mustBePublishable(tx, id)
  return id
}

export async function archiveProduct(tx: Tx, { id, expectedVersion }: ProductVersion): Promise<string> {
  await changeProduct(tx, id, expectedVersion, { status: 'archived' })
  return id
}

export async function reorderProduct(tx: Tx, { id, expectedVersion, media, variants }: ReorderProduct) {
  await changeProduct(tx, id, expectedVersion)
  if (media) await orderMedia(tx, id, media)
  if (variants) await orderVariants(tx, id, variants)
  return id
}

async function mustBePublishable(tx: Tx, id: string): Promise<void> {
  if (!(await hasPricedVariant(tx, id))) throw notPublishable()
}

async function writeParts(
  tx: Tx,
  product: Written,
  { options, media, facets }: Pick<ProductFields, 'options' | 'media' | 'facets'>,
): Promise<void> {
  if (options) await saveOptions(tx, product, options)
  if (media) await saveMedia(tx, product, media)
  if (facets) await saveFacets(tx, product, facets)
}
