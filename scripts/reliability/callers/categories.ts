/** Moves and reorders categories. Products show the places of theirs, and lists follow. */
import { change, execute, insist, lives, rest, type Stage, watch } from '../stage.ts'
import { type Category, makeCategory, type Product, sellProduct } from './make.ts'

/** A category with a product, which moves from one parent to the other and back. Versions are odd below the second. */
export async function moveCategory(stage: Stage, index: number): Promise<void> {
  const slug = `moved-${index}`
  const [first, second] = [await makeCategory(stage, `${slug}-first`), await makeCategory(stage, `${slug}-second`)]
  const category = first && (await makeCategory(stage, slug, first.id))
  if (!category || !second || !(await sellProduct(stage, { slug, title: slug, categoryId: category.id }))) return
  const key = `place of ${slug}`
  const isMoved = ({ path }: { path: string }) => path.startsWith(second.path)
  watch(stage, async (look) => {
    const seen = await look.query<Category>('catalog.category.bySlug', { slug })
    if (seen.data) seen.showsState(key, isMoved(seen.data), 'near', 'category-tree')
  })
  watch(stage, async (look) => {
    const seen = await look.query<Product>('catalog.product.bySlug', { slug })
    if (seen.data?.category) seen.showsState(key, isMoved(seen.data.category), 'near', 'product')
  })
  for (const [parent, isIn] of [
    [second, true],
    [first, false],
  ] as const) {
    watch(stage, async (look) => {
      const input = { category: parent.slug }
      const seen = await look.query<{ items: Product[] }>('catalog.product.list', input, { entry: parent.slug })
      if (seen.data) seen.showsState(key, seen.data.items.length > 0 === isIn, 'near', 'product-list')
    })
  }
  for (let version = 1; !stage.ended(); version++) {
    const input = { id: category.id, expectedVersion: version, parentId: (version % 2 === 1 ? second : first).id }
    await insist(stage, { procedure: 'catalog.category.move', input, versions: { [key]: version } })
    await rest(stage, 300)
  }
}

/** Two children that change places. Versions are odd while they are turned round. */
export const reorderCategories = (stage: Stage, index: number): Promise<void> =>
  lives(stage, async (life) => {
    const slug = `ordered-${index}-${life}`
    const parent = await makeCategory(stage, slug)
    const first = parent && (await makeCategory(stage, `${slug}-first`, parent.id))
    const second = parent && (await makeCategory(stage, `${slug}-second`, parent.id))
    if (!first || !second) return
    const key = `order of ${slug}`
    const unwatch = watch(stage, async (look) => {
      const seen = await look.query<Category & { children: Category[] }>('catalog.category.bySlug', { slug })
      const [leading] = seen.data?.children ?? []
      if (leading) seen.showsState(key, leading.id === second.id, 'near', 'category-tree')
    })
    const ids = [first.id, second.id]
    for (let version = 1; !stage.ended(); version++) {
      const input = { parentId: parent.id, ids: ids.reverse() }
      const { state } = await change(stage, {
        procedure: 'catalog.category.reorder',
        input,
        versions: { [key]: version },
      })
      if (state !== 'acknowledged') break
      await rest(stage, 400)
    }
    unwatch()
    // So that the tree does not grow; a late request then finds nothing to reorder.
    await execute(stage, 'DELETE FROM category WHERE parent_id = $1', [parent.id])
    await execute(stage, 'DELETE FROM category WHERE id = $1', [parent.id])
  })
