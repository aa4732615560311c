/** What the database has of a product, and what the file would have written of it. */
import type { ImagePart } from './image-part.ts'
import type { ProductPart } from './product-part.ts'
import type { VariantPart } from './variant-part.ts'

export interface KnownProduct {
  id: string
  /** In their order. */
  options: { id: string; name: string }[]
  /** The titles of its living variants; undefined when nobody has to know. */
  variants: Set<string> | undefined
}

/** What the database has of the products in a batch. Judging adds the SKUs it grants. */
export interface Known {
  products: Map<string, KnownProduct>
  /** By SKU: the living variant that has it. */
  skuOwners: Map<string, { handle: string; title: string }>
}

export interface DraftVariant extends VariantPart {
  line: number
  /** Its option values joined, which is its name within the product. */
  title: string
}

/** What is to be written of one product. */
export interface Draft {
  handle: string
  line: number
  known: KnownProduct | undefined
  /** undefined: the product's own fields stay as they are. */
  fields: ProductPart | undefined
  /** Names of option 1 to 3, '' for none. */
  options: string[]
  variants: DraftVariant[]
  images: ImagePart[]
}
