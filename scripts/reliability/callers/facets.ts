/** Renames and removes facets. A life is one facet: its title shows its version, and its last version is its removal. */
import { change, insist, lives, rest, type Stage, watch } from '../stage.ts'
import { type Product, sellProduct } from './make.ts'

const versionsInALife = 12

export async function renameFacet(stage: Stage, index: number): Promise<void> {
  const slug = `faceted-${index}`
  const product = await sellProduct(stage, { slug, title: slug })
  if (!product) return
  let productVersion = product.version
  await lives(stage, async (life) => {
    const code = `${slug}-${life}`
    const key = `facet ${code}`
    const upsert = (version: number) => {
      const input = { code, title: `Version ${version}`, values: [{ code: 'value', title: `Version ${version}` }] }
      return change(stage, { procedure: 'catalog.facet.upsert', input, versions: { [key]: version } })
    }
    if ((await upsert(1)).state !== 'acknowledged') return
    const input = { id: product.id, expectedVersion: productVersion, facets: { [code]: ['value'] } }
    const borne = await insist(stage, {
      procedure: 'catalog.product.update',
      input,
      versions: { [`product ${slug}`]: productVersion + 1 },
    })
    if (borne.state === 'refused' || borne.state === 'unknown') return
    productVersion++
    const unwatch = watchFacet(stage, slug, code, key)
    let version = 1
    let isSure = true
    while (isSure && !stage.ended() && version < versionsInALife) {
      await rest(stage, 200)
      isSure = (await upsert(++version)).state === 'acknowledged'
    }
    // Without an answer it may still come back: nobody looks at it any more.
    if (isSure && !stage.ended()) {
      stage.recorder.attempt(key, gone)
      await change(stage, { procedure: 'catalog.facet.remove', input: { code }, versions: { [key]: gone } })
      await rest(stage, 200)
    }
    unwatch()
  })
}

/** The version of a facet that was removed. */
const gone = versionsInALife + 1

function watchFacet(stage: Stage, slug: string, code: string, key: string): () => void {
  const versionOf = (facets: Product['facets']) => {
    const facet = facets.find((each) => each.code === code)
    if (!facet) return stage.recorder.newest(key) === gone ? gone : 0
    return Number(facet.title.slice('Version '.length))
  }
  const unwatch = [
    watch(stage, async (look) => {
      const seen = await look.query<Product>('catalog.product.bySlug', { slug })
      if (seen.data) seen.shows(key, versionOf(seen.data.facets), 'near', 'product')
    }),
    watch(stage, async (look) => {
      const seen = await look.query<Product>('catalog.product.facets', {})
      if (seen.data) seen.shows(key, versionOf(seen.data.facets), 'near', 'product-facets')
    }),
  ]
  return () => {
    for (const end of unwatch) end()
  }
}
