/**
 * One row by its primary key, straight from Postgres, or cached all the same (WAY=cached): what the round trips, the
 * encoding and the memory buy where a load is hardly dearer than a hit. The application does not cache it either.
 */
import { serveContrast } from './server.ts'

const ttlSeconds = 60

serveContrast('cheap', ({ pool, redis, way, hit, miss }) => {
  async function load(id: string): Promise<unknown> {
    const text = 'SELECT id, slug, title, description, version FROM product WHERE id = $1'
    return (await pool.query({ name: 'by-id', text, values: [id] })).rows[0] ?? null
  }
  async function cached(id: string): Promise<unknown> {
    const key = `contrast:product:${id}`
    const found = await redis.get(key)
    if (found) {
      hit()
      return JSON.parse(found)
    }
    miss()
    const row = await load(id)
    await redis.set(key, JSON.stringify(row), 'EX', ttlSeconds)
    return row
  }
  return {
    'catalog.product.byId': ({ input }) => (way === 'cached' ? cached : load)((input as { id: string }).id),
  }
})
