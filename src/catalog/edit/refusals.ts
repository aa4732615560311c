/** What Postgres refuses, as the error a client understands. The constraints decide, not a look beforehand. */
import { categoryUnknown, skuTaken, slugTaken, variantTaken } from './errors.ts'

interface DatabaseError {
  code?: string
  constraint?: string
  /** `Key (sku)=(MUG-1) already exists.` */
  detail?: string
}

const refusals: Record<string, (error: DatabaseError) => Error> = {
  product_slug_key: slugTaken,
  category_slug_key: slugTaken,
  category_path_key: slugTaken,
  variant_living_sku_key: ({ detail }) => skuTaken(detail?.match(/=\((.*)\)/s)?.[1]),
  variant_living_title_key: variantTaken,
  product_category_id_fkey: () => categoryUnknown('categoryId'),
}

/** The error to answer with: `error` itself where it says nothing to a client. */
export function refusalOf(error: unknown): unknown {
  const { code = '', constraint = '' } = (error ?? {}) as DatabaseError
  const refusal = /^23/.test(code) ? refusals[constraint] : undefined
  return refusal ? refusal(error as DatabaseError) : error
}

/** Whether Postgres refused this row, or lost it to another transaction, so that other rows may do. */
export function isAboutData(error: unknown): boolean {
  return /^(22|23|40|54|55|P0|57014)/.test((error as DatabaseError)?.code ?? '')
}
