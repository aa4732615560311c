/** How the cache of availability follows what changed in Postgres. */
import type { Outbox } from '../platform/outbox.ts'
import type { StockCache } from './caches.ts'

export function followStock(outbox: Outbox, stock: Pick<StockCache, 'invalidate' | 'clear'>): void {
  outbox.on('stock', (changes, source) => {
    const ids = [...new Set(changes.map(({ key }) => key))]
    // A location has another code: that is in who knows how many entries.
    return ids.includes('*') ? stock.clear(source) : stock.invalidate(ids, source)
  })
  outbox.on('all', (_changes, source) => stock.clear(source))
}
