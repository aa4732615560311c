/** An editor changes a product; whoever reads it later sees that, and nobody who has seen it gets the older one. */
import type { Api, Visitor } from '../lib/api.ts'
import type { OwnProduct, Product } from './own-product.ts'

/** Other processes hear of a change within this (guarantee G4), ms. */
const otherProcessesMs = 50

interface Seen {
  version: number
  at: number
}

const seenIn = ({ memory }: Visitor, id: string) => memory.get(id) as Seen | undefined

function see({ memory }: Visitor, id: string, version: number): void {
  memory.set(id, { version, at: Date.now() } satisfies Seen)
}

export async function readEdited(api: Api, { slug, id }: OwnProduct, visitor: Visitor): Promise<Product | undefined> {
  const asked = Date.now()
  const { data } = await api.query<Product>('catalog.product.bySlug', { slug })
  if (!api.check('an edited product is answered', data?.slug === slug) || !data) return undefined
  const seen = seenIn(visitor, id)
  if (seen && data.version < seen.version && asked - seen.at > otherProcessesMs) api.count('staleReads')
  if (!seen || data.version > seen.version) see(visitor, id, data.version)
  return data
}

/** The read after the acknowledgement must show the edit: at once in the same process, elsewhere a little later. */
export async function edit(api: Api, product: OwnProduct, session: string, visitor: Visitor): Promise<void> {
  const now = await api.query<Product>('catalog.product.current', { id: product.id }, { session })
  if (!now.data) return
  const input = {
    id: product.id,
    expectedVersion: now.data.version,
    description: `Edited by ${visitor.warmUp ? 'the warm-up' : 'visitor'} ${visitor.iteration}.`,
  }
  const { data } = await api.mutate<Product>('catalog.product.update', input, {
    session,
    expected: ['VERSION_CONFLICT'],
  })
  if (!data) return api.count('conflicts')
  const acknowledged = Date.now()
  api.count('edits')
  see(visitor, product.id, data.version)
  let shown = await api.query<Product>('catalog.product.bySlug', { slug: product.slug })
  while ((shown.data?.version ?? 0) < data.version && Date.now() - acknowledged < otherProcessesMs) {
    shown = await api.query<Product>('catalog.product.bySlug', { slug: product.slug })
  }
  const isNew = (shown.data?.version ?? 0) >= data.version
  if (!isNew && shown.data) api.count('staleReads')
  api.check('the read after an edit shows it', isNew)
}

/** When all is quiet: what is cached is what Postgres has. */
export async function agrees(api: Api, product: OwnProduct, session: string): Promise<void> {
  const [cached, stored] = [
    await api.query<Product>('catalog.product.bySlug', { slug: product.slug }),
    await api.query<Product>('catalog.product.current', { id: product.id }, { session }),
  ]
  const agree = cached.data !== undefined && JSON.stringify(cached.data) === JSON.stringify(stored.data)
  api.check('in the end: what is cached is what Postgres has', agree)
}
