/** The reads that are measured, with what each may cost. Names in the inputs are the seed's. */
import type { AppRouter } from '../../src/app.ts'

export type Catalog = ReturnType<AppRouter['createCaller']>['catalog']
type ListInput = Extract<Parameters<Catalog['product']['list']>[0], object>
type FacetsInput = Parameters<Catalog['product']['facets']>[0]

export interface Read {
  name: string
  /** For the 95th percentile, ms. */
  budgetMs: number
  /** One a distinct input. */
  calls(catalog: Catalog): Promise<(() => Promise<unknown>)[]>
}

const list = (name: string, budgetMs: number, ...inputs: ListInput[]): Read => ({
  name: `list: ${name}`,
  budgetMs,
  calls: async ({ product }) => inputs.map((input) => () => product.list(input)),
})
const facets = (name: string, budgetMs: number, ...inputs: FacetsInput[]): Read => ({
  name: `facets: ${name}`,
  budgetMs,
  calls: async ({ product }) => inputs.map((input) => () => product.facets(input)),
})
const suggest = (name: string, budgetMs: number, ...texts: string[]): Read => ({
  name: `suggest: ${name}`,
  budgetMs,
  calls: async ({ product }) => texts.map((text) => () => product.suggest({ text })),
})

const categories = ['home-living', 'table-lamps', 'clothing', 'electronics', 'mugs', 'garden']
const inEach = <T extends object>(rest: T) => categories.map((category) => ({ category, ...rest }))

/** The tenth page: its cursor is fetched beforehand. */
const tenthPage = (name: string, budgetMs: number, ...inputs: ListInput[]): Read => ({
  name: `list: ${name}`,
  budgetMs,
  calls: async ({ product }) => {
    const pages: ListInput[] = []
    for (const input of inputs) {
      let cursor: string | undefined
      for (let page = 1; page < 10; page++) {
        cursor = (await product.list({ ...input, cursor })).nextCursor ?? undefined
      }
      pages.push({ ...input, cursor })
    }
    return pages.map((input) => () => product.list(input))
  },
})

const colour = { facets: { colour: ['blue', 'red'] } }
const colourAndMaterial = { facets: { colour: ['blue', 'navy'], material: ['cotton', 'linen'] } }
const nowhere = { facets: { material: ['paper'], origin: ['japan'], colour: ['olive'], season: ['holiday'] } }

export const reads: readonly Read[] = [
  list('newest', 25, {}),
  tenthPage('the tenth page, newest and by title', 25, {}, { sort: 'title' }),
  list('a category', 25, ...inEach({})),
  list('a category, by price', 25, ...inEach({ sort: 'price' as const })),
  list('a category, in stock, a colour', 25, ...inEach({ ...colour, inStock: true })),
  list('colour and material', 25, colourAndMaterial),
  list('colour and material, by price', 25, { ...colourAndMaterial, sort: 'price' }),
  list('colour and material, price range, in stock', 25, {
    ...colourAndMaterial,
    priceMin: 2_000,
    priceMax: 5_000,
    inStock: true,
  }),
  list('facets that hardly anything has, all four', 25, nowhere, ...inEach(nowhere)),
  list('a category with facets, by title', 25, ...inEach({ ...colour, sort: 'title' as const })),
  list('search, one word', 50, ...['lamp', 'mug', 'oak', 'cotton', 'blue'].map((text) => ({ text }))),
  list('search, two words', 50, ...['reading lamp', 'blue mug', 'steel bottle', 'oak chair'].map((text) => ({ text }))),
  list(
    'search, a colour, in stock',
    50,
    ...['lamp', 'mug', 'shirt'].map((text) => ({ text, ...colour, inStock: true })),
  ),
  list('search in a category, by price', 50, ...inEach({ text: 'oak', sort: 'price' as const })),
  list('search, a typo', 50, ...['raeding lamp', 'botle', 'cottton shirt'].map((text) => ({ text }))),
  facets('a category', 60, ...inEach({})),
  facets('a category, a colour', 60, ...inEach(colour)),
  facets('a category, colour and material, in stock', 60, ...inEach({ ...colourAndMaterial, inStock: true })),
  facets('a category, a price range', 60, ...inEach({ priceMin: 2_000, priceMax: 5_000 })),
  facets('search', 60, ...['lamp', 'mug', 'reading lamp', 'oak', 'blue'].map((text) => ({ text }))),
  facets('everything', 150, {}),
  facets('everything, colour and material', 150, colourAndMaterial),
  facets('everything, a price range', 150, { priceMin: 2_000, priceMax: 5_000 }),
  suggest('one or two letters', 20, 'l', 'm', 'la', 'mu', 'te', 'ox'),
  suggest('a word', 20, 'lam', 'lamp', 'mug', 'chair', 'bottl', 'tabl'),
  suggest('two words', 20, 'oak tab', 'blue mu', 'table lam', 'cotton shi'),
  suggest('a typo', 20, 'raeding lamp', 'cottton', 'botlle', 'zzzzqq'),
]
