/**
 * Where what a list depends on meets what a change touches. A list depends on some aspects of the products in its
 * scope: a category with all below it, or the whole catalog. A change of a product touches the aspects that the
 * outbox's triggers name, in every scope the product is in, before and after. So a new price voids the lists that are
 * sorted or filtered by price, of its category and those above, and no others.
 */
import type { FilterInput, Sort } from './schema.ts'

/** `base`: which active products there are, in which category, since when. `text`: their words. */
export type Aspect = 'base' | 'title' | 'text' | 'price' | 'facets' | 'stock'

/** The scope of a list without a category. Category paths begin with a slash. */
const everything = '*'

const tag = (aspect: string, scope: string) => `list:${aspect}:${scope}`

/** A page of a list, or (`counted`) the counts of its facets. */
type Listing = Pick<FilterInput, 'text' | 'priceMin' | 'priceMax' | 'facets' | 'inStock'> & {
  sort?: Sort
  counted?: boolean
}

/** The tags of a list; `path` is its category's. */
export function tagsOfList(listing: Listing, path: string | undefined): string[] {
  const { sort, text, priceMin, priceMax, facets, inStock, counted } = listing
  const byPrice = sort === 'price' || sort === 'price-desc' || priceMin !== undefined || priceMax !== undefined
  const aspects: Aspect[] = ['base']
  if (sort === 'title') aspects.push('title')
  if (byPrice) aspects.push('price')
  if (facets || counted) aspects.push('facets')
  if (inStock) aspects.push('stock')
  const tags = aspects.map((aspect) => tag(aspect, path ?? everything))
  // Whether a text is taken for a typo depends on all products.
  if (text !== undefined) tags.push(tag('text', everything), tag('base', everything))
  return [...new Set(tags)]
}

/** Suggestions come from the titles of all active products. */
export const tagsOfSuggestions: readonly string[] = [tag('base', everything), tag('title', everything)]

/** The tags that a change voids; `paths` are those of the product's categories, before and after. */
export function tagsOfChange(aspects: readonly string[], paths: readonly string[]): string[] {
  const scopes = new Set([everything, ...paths.flatMap(pathAndAbove)])
  return aspects.flatMap((aspect) => Array.from(scopes, (scope) => tag(aspect, scope)))
}

/** `/home/lighting/` → `/home/`, `/home/lighting/`. */
function pathAndAbove(path: string): string[] {
  const slugs = path.split('/').filter(Boolean)
  return slugs.map((_, index) => `/${slugs.slice(0, index + 1).join('/')}/`)
}
