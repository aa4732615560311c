/** A product as its own transaction sees it, whatever its status: in the shape of the public reads. */
import type { Tx } from '../../platform/outbox.ts'
import { type ProductRow, toProduct } from '../repository.ts'
import type { Product } from '../schema.ts'

type Variant = ProductRow['variants'][number]
type Price = Variant['prices'][number]
type PriceJson = Record<'currency' | 'validFrom', string> & {
  amountMinor: number
  compareAtMinor: number | null
  validUntil: string | null
}
/** What JSON makes of it: amounts fit a number, times are texts. */
type Row = Omit<ProductRow, 'variants'> & {
  variants: (Omit<Variant, 'prices'> & { prices: PriceJson[] })[]
  now: number
}

const list = (select: string) => `to_jsonb(ARRAY(${select}))`

const options = list(`SELECT jsonb_build_object('name', o.name, 'values', ARRAY(
    SELECT jsonb_build_object('value', v.value) FROM product_option_value v WHERE v.option_id = o.id ORDER BY v.position))
  FROM product_option o WHERE o.product_id = p.id ORDER BY o.position`)

const media = list(`SELECT jsonb_build_object('url', m.url, 'alt', m.alt)
  FROM media m WHERE m.product_id = p.id ORDER BY m.position`)

const facetValues = list(`SELECT jsonb_build_object('facetValue', jsonb_build_object(
    'code', v.code, 'title', v.title, 'position', v.position,
    'facet', jsonb_build_object('id', f.id, 'code', f.code, 'title', f.title)))
  FROM product_facet_value pf JOIN facet_value v ON v.id = pf.facet_value_id JOIN facet f ON f.id = v.facet_id
  WHERE pf.product_id = p.id`)

const prices = `ARRAY(SELECT jsonb_build_object('currency', a.currency, 'amountMinor', a.amount_minor,
    'compareAtMinor', a.compare_at_minor, 'validFrom', a.valid_from, 'validUntil', a.valid_until)
  FROM price a WHERE a.variant_id = v.id AND a.min_quantity = 1 AND (a.valid_until IS NULL OR a.valid_until > clock.at)
  ORDER BY a.currency)`

const optionValues = `ARRAY(SELECT jsonb_build_object('optionValue', jsonb_build_object(
    'value', ov.value, 'option', jsonb_build_object('name', o.name, 'position', o.position)))
  FROM variant_option_value c JOIN product_option_value ov ON ov.id = c.option_value_id
    JOIN product_option o ON o.id = ov.option_id WHERE c.variant_id = v.id)`

const variants = list(`SELECT jsonb_build_object('id', v.id, 'sku', v.sku, 'barcode', v.barcode, 'title', v.title,
    'weightGrams', v.weight_grams, 'media', (SELECT jsonb_build_object('url', m.url) FROM media m WHERE m.id = v.media_id),
    'prices', ${prices}, 'optionValues', ${optionValues})
  FROM variant v WHERE v.product_id = p.id AND v.deleted_at IS NULL ORDER BY v.position`)

const query = `WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS at)
  SELECT p.id::text, p.slug, p.title, p.description, p.vendor, p.status::text, p.tags, p.version, p.created_at AS "createdAt", p.updated_at AS "updatedAt",
    (SELECT jsonb_build_object('id', c.id, 'slug', c.slug, 'title', c.title, 'path', c.path)
      FROM category c WHERE c.id = p.category_id) AS category,
    ${options} AS options, ${media} AS media, ${facetValues} AS "facetValues", ${variants} AS variants,
    extract(epoch FROM clock.at)::float8 * 1000 AS now
  FROM clock CROSS JOIN product p WHERE `

/** The whole product, with the prices of this moment; undefined when there is none. */
export async function wholeProduct(tx: Tx, by: { id: string } | { slug: string }): Promise<Product | undefined> {
  const [condition, value] = 'id' in by ? ['p.id = $1', by.id] : ['p.slug = $1', by.slug]
  const { rows } = await tx.query<Row>(query + condition, [value])
  if (!rows[0]) return undefined
  const { now, variants, ...row } = rows[0]
  const revived = variants.map((variant) => ({ ...variant, prices: variant.prices.map(toPrice) }))
  return toProduct({ ...row, variants: revived }, now)
}

function toPrice({ currency, amountMinor, compareAtMinor, validFrom, validUntil }: PriceJson): Price {
  return {
    currency,
    amountMinor: BigInt(amountMinor),
    compareAtMinor: compareAtMinor === null ? null : BigInt(compareAtMinor),
    validFrom: new Date(validFrom),
    validUntil: validUntil === null ? null : new Date(validUntil),
  }
}
