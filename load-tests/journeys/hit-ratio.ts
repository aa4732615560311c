/** Once a second, somebody looks how many reads were hits: how long the caches are cold after something happened. */

import { slos } from '../config/slos.ts'
import type { Api, Visitor } from '../lib/api.ts'

/** The caches of what everybody reads. */
const caches = ['product', 'product-list', 'product-facets', 'category-tree']
/** Over so long, ms. */
const windowMs = 500

/** Whether this arrival is the one of its second that looks. `rate`: arrivals a second. */
export const looks = ({ iteration }: Visitor, rate: number): boolean => iteration % Math.max(1, Math.round(rate)) === 0

/** Counts a second as cold when its hits are below the objective; `recovering`: when Redis is to be there again. */
export async function lookAtHits(api: Api, { recovering }: { recovering: boolean }): Promise<void> {
  const before = await read(api)
  await api.sleep(windowMs)
  const after = await read(api)
  const [hits, misses] = [after.hits - before.hits, after.misses - before.misses]
  if (hits + misses < 5 || hits / (hits + misses) >= slos.hitRatio) return
  api.count('coldSeconds')
  if (recovering) api.count('recoverySeconds')
}

async function read(api: Api): Promise<{ hits: number; misses: number }> {
  const names = ['cache_hits_total', 'cache_misses_total']
  const wanted = names.flatMap((name) => caches.map((cache): [string, Record<string, string>] => [name, { cache }]))
  const values = await api.metrics(...wanted)
  const sum = (part: number[]) => part.reduce((total, value) => total + value, 0)
  return { hits: sum(values.slice(0, caches.length)), misses: sum(values.slice(caches.length)) }
}
