/** The transaction that writes a batch of products: lock, judge, write the products and then their parts. */
import type { Draft } from './draft.ts'
import type { Group } from './group.ts'
import { judge } from './judge.ts'
import type { Outcome } from './report.ts'
import { categoryKey, resolveCategories } from './repository.categories.ts'
import { lockKnown } from './repository.known.ts'
import { insertProducts, type ProductRow, updateProducts } from './repository.products.ts'
import type { Client } from './repository.ts'
import { type WriteContext, writeParts } from './write-parts.ts'

/** Writes what can be written of `groups`, in the transaction that `client` is in. */
export async function writeBatch(client: Client, groups: Group[], context: WriteContext): Promise<Outcome> {
  const known = await lockKnown(client, {
    handles: groups.map(({ handle }) => handle),
    skus: groups.flatMap(({ rows }) => rows.flatMap(({ variant }) => variant?.sku ?? [])),
    withVariants: !context.columns.has('price'),
  })
  const verdicts = groups.map((group) => judge(group, known))
  const drafts = verdicts.flatMap(({ draft }) => draft ?? [])

  const rows = await productRows(client, drafts)
  const [rowsToUpdate, rowsToInsert] = partition(rows, ({ handle }) => known.products.has(handle))
  const created = await insertProducts(client, rowsToInsert)
  const products = drafts.map((draft) => ({ ...draft, id: draft.known?.id ?? created.get(draft.handle) ?? '' }))

  const parts = await writeParts(client, products, context)
  const existing = products.filter((product) => product.known)
  const changed = existing.filter(({ id }) => parts.changed.has(id)).map(({ id }) => id)
  const updated = await updateProducts(client, rowsToUpdate, changed)

  return {
    created: [...created.keys()],
    updated: existing.filter(({ id }) => updated.has(id)).map(({ handle }) => handle),
    unchanged: existing.length - updated.size,
    variants: parts.variants,
    stockLevels: parts.stock.changed,
    problems: verdicts.flatMap(({ problems }) => problems),
    warnings: [...verdicts.flatMap(({ warnings }) => warnings), ...parts.stock.warnings],
  }
}

/** The rows of the products whose own fields the file speaks of. Categories that are missing are created for them. */
async function productRows(client: Client, drafts: Draft[]): Promise<ProductRow[]> {
  const paths = drafts.map(({ fields }) => fields?.category ?? []).filter((path) => path.length > 0)
  const ids = await resolveCategories(client, paths)
  return drafts.flatMap(({ handle, fields }) => {
    if (!fields) return []
    const categoryId = fields.category && (ids.get(categoryKey(fields.category)) ?? null)
    return { handle, fields, categoryId }
  })
}

function partition<T>(items: T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))]
}
