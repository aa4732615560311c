/** Single products by id, some more sought after than others: a query by primary key, and hardly anything cheaper. */
import { zipf } from '../../scripts/seed/random.ts'
import type { Settings } from '../config/settings.ts'
import type { Api, Visitor } from '../lib/api.ts'
import { usual } from '../lib/thresholds.ts'

export const plan = { rate: 150, maxVus: 300, seconds: 20 }
export const thresholds = usual()

interface Page {
  items: { id: string }[]
  nextCursor: string | null
}

/** At most so many are known. */
const known = 5_000
let draw: ((random: Visitor['random']) => string) | undefined

export async function setup(api: Api, { products }: Settings): Promise<{ ids: string[] }> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const { data, reason } = await api.query<Page>('catalog.product.list', { limit: 100, ...(cursor && { cursor }) })
    if (!data) throw new Error(`The list of products could not be read: ${reason}`)
    ids.push(...data.items.map(({ id }) => id))
    cursor = data.nextCursor ?? undefined
  } while (cursor && ids.length < Math.min(products, known))
  return { ids }
}

export async function iteration(api: Api, { ids }: { ids: string[] }, random: Visitor['random']): Promise<void> {
  draw ??= zipf(ids, 0.8)
  const id = draw(random)
  const { data } = await api.query<{ id: string }>('catalog.product.byId', { id })
  api.check('the product asked for is answered', data?.id === id)
}

export async function teardown(): Promise<void> {}
