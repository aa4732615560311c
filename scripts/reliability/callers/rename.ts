/** Renames categories. Everything that shows a product shows the name of its category, too: near caches follow by a tag. */
import { setTimeout as delay } from 'node:timers/promises'
import { insist, type Reader, rest, type Stage, watch } from '../stage.ts'
import { type Category, makeCategory, type Product, sellProduct } from './make.ts'

interface Node extends Omit<Category, 'version'> {
  children: Node[]
}

/** A title is `Renamedb version 7`. */
const versionIn = (title: string) => Number(/ version (\d+)$/.exec(title)?.[1] ?? 1)

const productsOfEach = 3
const apartMs = 20
/** Longer than a near cache may take to hear of a change. */
const pauseMs = 120

/**
 * A category whose title shows its version, with some products. Renamed twice in a row: the first time empties the near
 * caches, the second one meets them while they are filled again. The first category is renamed while the history is quiet,
 * too.
 */
export async function renameCategory(stage: Stage, index: number): Promise<void> {
  const slug = `renamed-${index}`
  const word = `Renamed${String.fromCharCode(97 + index)}`
  const isQuiet = index === 0
  const category = await makeCategory(stage, slug)
  if (!category) return
  const key = `category ${slug}`
  stage.recorder.attempt(key, 1)
  for (let number = 0; number < productsOfEach; number++) {
    const product = await sellProduct(stage, { slug: `${slug}-${number}`, title: slug, categoryId: category.id })
    if (product) watchProduct(stage, product.slug, key, isQuiet)
  }
  watchTitle(stage, slug, word, key)
  watch(stage, async (look) => {
    const seen = await look.query<Category>('catalog.category.current', { id: category.id }, { token: stage.staff })
    if (seen.data) seen.shows(key, seen.data.version, 'strict')
  })
  for (let expectedVersion = 1; !stage.ended(); ) {
    const input = { id: category.id, expectedVersion, title: `${word} version ${expectedVersion + 1}` }
    const versions = { [key]: expectedVersion + 1 }
    const { state } = await insist(stage, { procedure: 'catalog.category.update', input, versions })
    if (state !== 'refused') expectedVersion++
    const isSecond = expectedVersion % 2 === 1
    if (isQuiet && stage.isQuiet()) await delay(isSecond ? pauseMs : Math.random() * apartMs)
    else await rest(stage, isSecond ? pauseMs * 2 : apartMs)
  }
}

function watchProduct(stage: Stage, slug: string, key: string, isQuiet: boolean): void {
  const reader: Reader = async (look) => {
    const seen = await look.query<Product>('catalog.product.bySlug', { slug }, { entry: slug })
    if (seen.data?.category) seen.shows(key, versionIn(seen.data.category.title), 'near', 'product')
  }
  watch(stage, reader, { isQuiet })
}

function watchTitle(stage: Stage, slug: string, word: string, key: string): void {
  watch(stage, async (look) => {
    const seen = await look.query<Category>('catalog.category.bySlug', { slug })
    if (seen.data) seen.shows(key, versionIn(seen.data.title), 'near', 'category-tree')
  })
  watch(stage, async (look) => {
    const seen = await look.query<Node[]>('catalog.category.tree', {})
    const node = seen.data?.find((each) => each.slug === slug)
    if (node) seen.shows(key, versionIn(node.title), 'near', 'category-tree')
  })
  watch(stage, async (look) => {
    const seen = await look.query<{ items: Product[] }>('catalog.product.list', { category: slug }, { entry: slug })
    const [product] = seen.data?.items ?? []
    if (product?.category) seen.shows(key, versionIn(product.category.title), 'near', 'product')
  })
  watch(stage, async (look) => {
    const seen = await look.query<{ categories: Category[] }>('catalog.product.suggest', { text: word.toLowerCase() })
    const [found] = seen.data?.categories ?? []
    if (found) seen.shows(key, versionIn(found.title), 'near', 'category-tree')
  })
}
