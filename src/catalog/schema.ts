/** What the catalog's procedures take and answer. */
import { z } from 'zod'

/** Text from a client that may be empty. Postgres cannot store a NUL character, nor half a character. */
export const anyText = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((value) => !value.includes('\0'), 'must not contain a NUL character')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')

export const text = (max: number) => anyText(max).min(1)

export const slug = text(255)
export const id = z.uuid()
export const code = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'must be a code: a-z, 0-9, _ and -')
export const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD')
export const amountMinor = z.int().min(0).max(1_000_000_000_000_000)

export const price = z.object({
  currency,
  amountMinor: amountMinor.describe('Integer minor units: cents'),
  compareAtMinor: amountMinor.optional().describe('What it is compared with, crossed out'),
})

export const variant = z.object({
  id,
  sku: z.string().nullable(),
  barcode: z.string().nullable(),
  title: z.string(),
  weightGrams: z.int().nullable(),
  imageUrl: z.string().nullable(),
  options: z.array(z.object({ name: z.string(), value: z.string() })),
  prices: z.array(price),
})

const productFields = z.object({
  id,
  slug,
  title: z.string(),
  description: z.string(),
  vendor: z.string(),
  status: z.enum(['draft', 'active', 'archived']),
  tags: z.array(z.string()),
  version: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  category: z.object({ id, slug, title: z.string(), path: z.string() }).nullable(),
  facets: z.array(
    z.object({
      id,
      code: z.string(),
      title: z.string(),
      values: z.array(z.object({ code: z.string(), title: z.string() })),
    }),
  ),
  options: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  media: z.array(z.object({ url: z.string(), alt: z.string() })),
  variants: z.array(variant),
})

export const product = productFields.meta({ id: 'Product' })

export type Product = z.infer<typeof product>

export const sorts = ['newest', 'price', 'price-desc', 'title', 'relevance'] as const

const filterFields = {
  category: slug.optional().describe("A category's slug: its whole subtree"),
  currency: currency.default('USD').describe('The currency that prices are filtered and sorted in'),
  priceMin: amountMinor.optional().describe("Bounds of a product's lowest price, minor units, inclusive"),
  priceMax: amountMinor.optional(),
  text: text(200).optional().describe('Words of the title, the description or the vendor'),
  facets: z
    .record(code, z.array(code).min(1).max(50))
    .refine((facets) => Object.keys(facets).length <= 10, 'must name at most 10 facets')
    .optional()
    .describe(
      "Facet code → value codes: any of a facet's values, in each of the facets. What does not exist, no product has",
    ),
  inStock: z.boolean().optional().describe('Only what can be bought now'),
}

const boundsInOrder = (input: { priceMin?: number | undefined; priceMax?: number | undefined }) =>
  input.priceMax === undefined || (input.priceMin ?? 0) <= input.priceMax
const boundsOutOfOrder = { path: ['priceMin'], message: 'must not be above priceMax' }

export const listInput = z
  .strictObject({
    ...filterFields,
    sort: z.enum(sorts).optional().describe('Default: relevance with a text, else newest'),
    limit: z.int().min(1).max(100).default(20),
    cursor: z.string().max(2_000).optional().describe('`nextCursor` of the page before'),
  })
  .refine((input) => input.sort !== 'relevance' || input.text !== undefined, {
    path: ['sort'],
    message: 'relevance needs a text to be relevant to',
  })
  .refine(boundsInOrder, boundsOutOfOrder)

/** The filters of a list. */
export const filterInput = z.strictObject(filterFields).refine(boundsInOrder, boundsOutOfOrder)

export const suggestInput = z.strictObject({
  text: text(100).describe('What is typed so far'),
  limit: z.int().min(1).max(10).default(10),
})

export type ListInput = z.infer<typeof listInput>
export type FilterInput = z.infer<typeof filterInput>
export type Sort = (typeof sorts)[number]

export const productPage = z
  .object({ items: z.array(product), nextCursor: z.string().nullable() })
  .meta({ id: 'ProductPage' })

/** What an answer has at most; of more values, the most frequent. */
export const mostFacets = 50
export const mostFacetValues = 100

/** Facets and values in their order; `count`: how many products the list would have, or gain, with that value. */
export const facetCounts = z.array(
  z.object({
    code: z.string(),
    title: z.string(),
    values: z.array(z.object({ code: z.string(), title: z.string(), count: z.int() })),
  }),
)
export const countedFacets = z.object({ facets: facetCounts }).meta({ id: 'FacetCounts' })
export type FacetCounts = z.infer<typeof facetCounts>

export const categoryFields = z.object({ id, slug, title: z.string(), path: z.string() })

export interface CategoryNode {
  id: string
  slug: string
  title: string
  path: string
  children: CategoryNode[]
}

export const categoryNode: z.ZodType<CategoryNode> = categoryFields
  .extend({
    get children(): z.ZodArray<z.ZodType<CategoryNode>> {
      return z.array(categoryNode)
    },
  })
  .meta({ id: 'CategoryNode' })

export const category = categoryFields
  .extend({
    ancestors: z.array(categoryFields).describe('From the root down to the parent'),
    children: z.array(categoryFields),
  })
  .meta({ id: 'Category' })

export type Category = z.infer<typeof category>

/** Categories first; `limit` in all. */
export const suggestions = z
  .object({ categories: z.array(categoryFields), titles: z.array(z.string()) })
  .meta({ id: 'Suggestions' })
export type Suggestions = z.infer<typeof suggestions>
