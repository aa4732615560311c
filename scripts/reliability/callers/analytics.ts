/** Reads the figures. Nothing invalidates them: they tell when they were counted, and must not be older than their tier allows. */
import { type Stage, watch } from '../stage.ts'
import { versionIn } from './catalog.ts'

interface Figures {
  asOf: string
}

export function watchAnalytics(stage: Stage): void {
  const bySlug = new Map(stage.world.products.map(({ slug }) => [slug, `product ${slug}`]))
  watch(stage, async (look) => {
    const asked = Date.now()
    const seen = await look.query<Figures & { items: { slug: string; title: string }[] }>('analytics.trending', {})
    if (!seen.data) return
    seen.isAged(asked - Date.parse(seen.data.asOf), 'ttl', 'trending')
    for (const { slug, title } of seen.data.items) {
      const key = bySlug.get(slug)
      if (key) seen.shows(key, versionIn(title), 'near', 'product') // the ranking is old, the products are not
    }
  })
  watch(stage, async (look) => {
    const asked = Date.now()
    const seen = await look.query<Figures>('analytics.overview', {}, { token: stage.staff })
    if (seen.data) seen.isAged(asked - Date.parse(seen.data.asOf), 'ttl', 'overview')
  })
}
