/**
 * Schedules prices that come due in a moment. Two products take turns to have the higher price: which of them is last on
 * a list by price shows the version, too. A price is seen when its time has come, without anybody changing anything.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { change, pick, rest, type Stage, watch } from '../stage.ts'
import { makeCategory, type Product, sellProduct, usd } from './make.ts'

const aheadMs = 400
/** The request took longer than it was ahead. */
const tooLate = 'PRICE_WINDOW_OUT_OF_RANGE'
/** A process may take Postgres' clock to be ahead by the time of a question (decision 0019), ms. */
const earlyMs = 100

interface Scheduled {
  key: string
  version: number
  /** By this machine's clock, which is Postgres', too. */
  from: number
}

interface Price {
  id: string
}

export async function schedulePrices(stage: Stage, index: number): Promise<void> {
  const slug = `scheduled-${index}`
  const category = await makeCategory(stage, slug)
  const made: Product[] = []
  for (const amount of [2, 1]) {
    const variants = [{ sku: `${slug}-${amount}`, prices: usd(amount) }]
    const product = await sellProduct(stage, {
      slug: `${slug}-${amount}`,
      title: slug,
      categoryId: category?.id ?? null,
      variants,
    })
    if (!product) return
    made.push(product)
  }
  const order = `order of ${slug}`
  const keys = made.map(({ variants }) => `price ${variants[0]?.id}`)
  for (const [at, key] of keys.entries()) stage.recorder.attempt(key, 2 - at)
  stage.recorder.attempt(order, 2)
  const coming: Scheduled[] = []
  /** A price counts as written from its time on, and not before: what is seen earlier is from the future. */
  const note = () => {
    for (const { key, version, from } of coming) {
      if (Date.now() < from - earlyMs) continue
      stage.recorder.attempt(key, version)
      stage.recorder.attempt(order, version)
    }
  }
  for (const [at, { slug: own, variants }] of made.entries()) {
    watchPrice(stage, own, variants[0]?.id ?? '', keys[at] ?? '', note)
  }
  watch(stage, async (look) => {
    const input = { category: slug, sort: 'price' }
    const seen = await look.query<{ items: Product[] }>('catalog.product.list', input, { entry: slug })
    if (seen.data?.items.length !== 2) return
    note()
    // Odd versions are those of the second product. The relay makes the ranges anew that lists are sorted by.
    seen.showsState(order, seen.data.items[1]?.slug === made[1]?.slug, 'outbox', 'product-list')
  })

  for (let version = 3; !stage.ended(); version++) {
    const { variants } = made[version % 2] as Product
    const key = keys[version % 2] as string
    const from = Date.now() + aheadMs
    coming.splice(0, coming.length - 2)
    coming.push({ key, version, from })
    const input = { variantId: variants[0]?.id, ...usd(version)[0], from: new Date(from).toISOString() }
    const { data, refused } = await stage.ask.mutate<Price>(pick(stage.bases), 'pricing.schedule', input, stage.staff)
    if (refused) {
      coming.pop()
      if (refused !== tooLate) stage.recorder.violate('refused', `${key} at ${input.from}: ${refused}`)
      continue
    }
    // Also without an answer: it can't be carried out any more when its time has come, or holds the lock of its variant.
    await delay(Math.max(0, from - Date.now()))
    note()
    if (data) {
      stage.recorder.acknowledged(key, version)
      stage.recorder.acknowledged(order, version)
    }
    await rest(stage, 100)
    await cancelOne(stage, variants[0]?.id ?? '')
  }
}

function watchPrice(stage: Stage, slug: string, variantId: string, key: string, note: () => void): void {
  watch(stage, async (look) => {
    const seen = await look.query<Product>('catalog.product.bySlug', { slug })
    note()
    if (seen.data) seen.shows(key, seen.data.variants[0]?.prices[0]?.amountMinor ?? 0, 'near', 'product')
  })
  watch(stage, async (look) => {
    const input = { currency: 'USD', lines: [{ variantId, quantity: 1 }] }
    const seen = await look.query<{ totalMinor: number }>('pricing.quote', input)
    note()
    if (seen.data) seen.shows(key, seen.data.totalMinor, 'near', 'price')
  })
}

/** A price of another currency, for tomorrow: cancelled, it is not among those to come. */
async function cancelOne(stage: Stage, variantId: string): Promise<void> {
  const from = new Date(Date.now() + 24 * 60 * 60_000 + Math.floor(Math.random() * 1e9)).toISOString()
  const until = new Date(Date.parse(from) + 1).toISOString()
  const input = { variantId, currency: 'EUR', amountMinor: 1, from, until }
  const asked = await change<Price>(stage, { procedure: 'pricing.schedule', input, versions: {} })
  if (asked.state !== 'acknowledged') return
  const { id: windowId } = asked.data
  const done = await change(stage, { procedure: 'pricing.cancel', input: { variantId, windowId }, versions: {} })
  const history = { variantId, currency: 'EUR', limit: 100 }
  const { data } = await stage.ask.query<{ items: Price[] }>(pick(stage.bases), 'pricing.history', history, stage.staff)
  if (done.state === 'acknowledged' && data?.items.some(({ id }) => id === windowId)) {
    stage.recorder.violate('wrong', `the price ${windowId} was cancelled, and is there`)
  }
}
