/** The caches of the figures. As old as their tier allows: they follow no table. Counted for all, whoever asks; kept warm by keep-warm.ts. */
import type { Cache } from '../cache/cache.ts'
import type { Aside } from '../cache/options.ts'
import type { AnalyticsRepository, Trending } from './repository.ts'
import type { Overview } from './schema.ts'

export interface AnalyticsCaches {
  /**
   * Slugs and counts, not products: what is shown of a product comes from the product's own cache, and is right at
   * once when it changes. The ranking is of its time.
   */
  trending: Aside<void, Trending>
  overview: Aside<void, Overview>
}

const trendingItems = 20

export function createAnalyticsCaches(cache: Cache, figures: AnalyticsRepository): AnalyticsCaches {
  return {
    trending: cache.aside('trending', {
      tier: 'realtime',
      key: () => 'all',
      load: () => figures.trending(trendingItems),
      schema: 1,
      dependsOn: [],
    }),
    overview: cache.aside('overview', {
      tier: 'realtime',
      key: () => 'all',
      load: () => figures.overview(),
      dependsOn: [],
    }),
  }
}
