/** Decides whether one variant of the file can be written, and what it is called. */
import { quote } from './cells.ts'
import type { DraftVariant, Known, KnownProduct } from './draft.ts'
import type { VariantPart } from './variant-part.ts'

interface Surroundings {
  handle: string
  product: KnownProduct | undefined
  /** The names of the product's options, '' for none. */
  options: string[]
  /** The product's variants so far, by title. */
  variants: ReadonlyMap<string, DraftVariant>
  known: Known
}

const longestTitle = 255

/** The variant to write, or why it can't be. Its SKU is taken from then on. */
export function judgeVariant(line: number, part: VariantPart, around: Surroundings): DraftVariant | string {
  const { handle, product, options, variants, known } = around
  for (const [index, value] of part.values.entries()) {
    if (value && !options[index]) return `Option${index + 1} Value ${quote(value)} has no Option${index + 1} Name`
    if (!value && options[index])
      return `Option${index + 1} Value is empty, and the product has the option ${quote(options[index])}`
  }
  const title = part.values.filter((value) => value !== '').join(' / ') || 'Default Title'
  if (title.length > longestTitle) return `the option values together are longer than ${longestTitle} characters`

  const twin = variants.get(title)
  if (twin) return `the variant ${quote(title)} is already on line ${twin.line}`
  if (part.priceMinor === undefined && product?.variants?.has(title) !== true) {
    return `the variant ${quote(title)} does not exist yet, and the file has no price to create it with`
  }
  if (part.sku) {
    const owner = known.skuOwners.get(part.sku)
    if (owner && (owner.handle !== handle || owner.title !== title)) {
      return `the SKU ${quote(part.sku)} belongs to ${quote(owner.title)} of ${quote(owner.handle)}`
    }
    known.skuOwners.set(part.sku, { handle, title })
  }
  return { ...part, line, title }
}
