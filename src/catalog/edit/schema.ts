/** What the procedures that change products take. */
import { z } from 'zod'
import { amountMinor, anyText, code, currency, id, text } from '../schema.ts'

const largestInteger = 2_147_483_647

export const expectedVersion = z.int().min(1).max(largestInteger)

/** Part of a URL, and of a category's path. */
export const newSlug = text(255)
  .regex(/^[^\s/\p{C}]+$/u, 'must have no spaces, slashes or control characters')
  .refine((slug) => /[^.]/.test(slug), 'must have something other than dots')

const currencies = new Set(Intl.supportedValuesOf('currency'))
/** In bytes: Postgres finds an image by its address, and an index entry has a limit. */
const longestUrl = 2_000
const url = text(longestUrl)
  .regex(/^https?:\/\/[^\s/]\S*$/i, 'must be an address like https://example.com/a.jpg')
  .refine((value) => Buffer.byteLength(value) <= longestUrl, `must be at most ${longestUrl} bytes`)

/** Refuses a list that has the same thing twice. */
const each = <T>(name: (item: T) => string) => ({
  check: (items: T[]) => new Set(items.map(name)).size === items.length,
  message: 'must have each only once',
})
const byName = each(({ name }: { name: string }) => name)
const byItself = each((item: string) => item)

const options = z
  .array(
    z.strictObject({
      name: text(255),
      values: z.array(text(255)).min(1).max(100).refine(byItself.check, byItself.message),
    }),
  )
  .max(5)
  .refine(byName.check, byName.message)

const byUrl = each((image: { url: string }) => image.url)
const media = z
  .array(z.strictObject({ url, alt: anyText(1_000).default('') }))
  .max(50)
  .refine(byUrl.check, byUrl.message)

const facets = z
  .record(code, z.array(code).min(1).max(50).refine(byItself.check, byItself.message))
  .refine((given) => Object.keys(given).length <= 20, 'must name at most 20 facets')

const byCurrency = each((price: { currency: string }) => price.currency)
const prices = z
  .array(
    z.strictObject({
      currency: currency.refine((value) => currencies.has(value), 'is no currency'),
      amountMinor,
      /** null: none; not given: as it is. */
      compareAtMinor: amountMinor.nullish(),
    }),
  )
  .max(50)
  .refine(byCurrency.check, byCurrency.message)

/** What is not given stays as it is. */
export const variantInput = z.strictObject({
  sku: text(255).nullish(),
  barcode: text(255).nullish(),
  weightGrams: z.int().min(0).max(largestInteger).nullish(),
  /** One of the product's media. */
  imageUrl: url.nullish(),
  /** A value of each of the product's options. */
  options: z
    .array(z.strictObject({ name: text(255), value: text(255) }))
    .max(5)
    .refine(byName.check, byName.message)
    .default([]),
  /** From now on; other currencies stay as they are. */
  prices: prices.optional(),
})

const ownFields = {
  title: text(255),
  description: anyText(100_000),
  vendor: anyText(255),
  categoryId: id.toLowerCase().nullable(),
  tags: z.array(text(255)).max(250).refine(byItself.check, byItself.message),
  options,
  media,
  /** Facet code → value codes. */
  facets,
}

const optional = z.strictObject(ownFields).partial().shape
const variants = z.array(variantInput).max(100)

export const createProductInput = z.strictObject({
  ...optional,
  slug: newSlug,
  title: ownFields.title,
  variants: variants.optional(),
})

export const updateProductInput = z.strictObject({ id, expectedVersion, slug: newSlug.optional(), ...optional })
export const productVersion = z.strictObject({ id, expectedVersion })

export const upsertVariantInput = z.strictObject({
  productId: id,
  /** Without it: the variant with these options, or a new one. */
  id: id.toLowerCase().optional(),
  expectedVersion: expectedVersion.optional(),
  ...variantInput.shape,
})
export const removeVariantInput = z.strictObject({ id, expectedVersion: expectedVersion.optional() })

export const reorderProductInput = z.strictObject({
  id,
  expectedVersion: expectedVersion.optional(),
  /** The addresses of all media, in their new order. */
  media: z.array(url).max(1_000).optional(),
  /** The ids of all variants, in their new order. */
  variants: z.array(id.toLowerCase()).max(1_000).optional(),
})

/** One product of many: created, or changed where it is different. Variants that are not named stay. */
export const bulkRow = z.strictObject({
  ...optional,
  slug: newSlug,
  title: ownFields.title,
  status: z.enum(['draft', 'active', 'archived']).optional(),
  variants: variants.optional(),
})

/** Any rows: each is looked at by itself, so that a bad one fails alone. */
export const bulkInput = z.strictObject({
  products: z
    .array(z.unknown() as unknown as z.ZodType<unknown, z.input<typeof bulkRow>>)
    .min(1)
    .max(500),
})

export const bulkOutput = z.object({
  /** One for each row, in their order. */
  results: z.array(
    z.object({
      slug: z.string().nullable(),
      outcome: z.enum(['created', 'updated', 'unchanged', 'failed']),
      id: id.optional(),
      version: z.int().optional(),
      error: z
        .object({
          reason: z.string(),
          message: z.string(),
          field: z.string().optional(),
          issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
        })
        .optional(),
    }),
  ),
})

export type BulkResult = z.output<typeof bulkOutput>['results'][number]

export type ProductFields = Omit<z.output<typeof updateProductInput>, 'id' | 'expectedVersion'>
export type NewProduct = z.output<typeof createProductInput>
export type VariantInput = z.output<typeof variantInput>
export type UpsertVariant = z.output<typeof upsertVariantInput>
export type ReorderProduct = z.output<typeof reorderProductInput>
export type BulkRow = z.output<typeof bulkRow>
export type ProductVersion = z.output<typeof productVersion>
export type RemoveVariant = z.output<typeof removeVariantInput>
