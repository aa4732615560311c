/** Adding, changing and removing a product's variants. */
import type { Tx } from '../../platform/outbox.ts'
import { setPrices } from '../../pricing/pricing.ts'
import { choiceInvalid, tooManyVariants, variantNotFound, variantTaken } from './errors.ts'
import { changeProduct, type Written } from './repository.product.ts'
import {
  deleteVariant,
  type LivingVariant,
  lockVariants,
  type Options,
  optionsOf,
  productOf,
  saveChoices,
  saveVariant,
} from './repository.variants.ts'
import type { RemoveVariant, UpsertVariant, VariantInput } from './schema.ts'

const mostVariants = 250
const longestTitle = 255

/** What a variant is called whose product has no options. */
const onlyVariant = 'Default Title'

/** Gives the product's id. */
export async function upsertVariant(tx: Tx, { productId, expectedVersion, ...variant }: UpsertVariant) {
  await changeProduct(tx, productId, expectedVersion)
  await writeVariants(tx, { id: productId }, [variant])
  return productId
}

/** Gives the product's id. */
export async function removeVariant(tx: Tx, { id, expectedVersion }: RemoveVariant): Promise<string> {
  const productId = await productOf(tx, id)
  if (!productId) throw variantNotFound()
  await changeProduct(tx, productId, expectedVersion)
  if (!(await deleteVariant(tx, id))) throw variantNotFound()
  return productId
}

type Variant = VariantInput & { id?: string | undefined }
type NewPrices = Parameters<typeof setPrices>[1]

/** Writes variants of a product that is locked: by id, else by their option values. Those not named stay. */
export async function writeVariants(tx: Tx, product: Written, variants: Variant[]): Promise<void> {
  if (variants.length === 0) return
  const options = await optionsOf(tx, product.id)
  const living = product.isNew ? [] : await lockVariants(tx, product.id)
  const written = new Set<string>()
  const prices: NewPrices[number][] = []
  for (const { id, options: choice, prices: own = [], ...fields } of variants) {
    const chosen = choose(options, choice)
    const valueIds = chosen.map((value) => value.id).sort()
    const found = find(living, id, valueIds)
    if (found && written.has(found.id)) throw variantTaken()
    const title = titleOf(chosen.map(({ value }) => value))
    // A variant that has no options keeps the title it came with.
    const named = found && chosen.length === 0 ? fields : { ...fields, title }
    const variantId = await saveVariant(tx, product.id, found?.id, named)
    await saveChoices(tx, variantId, valueIds, found?.valueIds ?? [])
    if (found) found.valueIds = valueIds
    else living.push({ id: variantId, valueIds })
    written.add(variantId)
    prices.push(...own.map((price) => toNewPrice(variantId, price)))
  }
  if (living.length > mostVariants) throw tooManyVariants(mostVariants)
  await setPrices(tx, prices)
}

/** The variant that is meant; undefined: a new one. */
function find(living: LivingVariant[], id: string | undefined, valueIds: string[]): LivingVariant | undefined {
  const key = valueIds.join()
  const twins = living.filter((variant) => variant.valueIds.join() === key)
  if (id === undefined) {
    if (twins.length > 1) throw choiceInvalid('several variants have these values: say which by its id')
    return twins[0]
  }
  const found = living.find((variant) => variant.id === id)
  if (!found) throw variantNotFound()
  if (valueIds.length > 0 && twins.some((twin) => twin !== found)) throw variantTaken()
  return found
}

function titleOf(values: string[]): string {
  const title = values.join(' / ') || onlyVariant
  if (title.length > longestTitle) throw choiceInvalid(`the values together are longer than ${longestTitle} characters`)
  return title
}

function toNewPrice(
  variantId: string,
  { currency, amountMinor, compareAtMinor }: NonNullable<VariantInput['prices']>[number],
): NewPrices[number] {
  return { variantId, currency, minQuantity: 1, amountMinor, compareAtMinor }
}

/** The values chosen, in the order of the options: one of each. Throws OPTIONS_INVALID. */
function choose(options: Options, choice: VariantInput['options']): { id: string; value: string }[] {
  const chosen = new Map(choice.map(({ name, value }) => [name, value]))
  const unknown = choice.find(({ name }) => !options.some((option) => option.name === name))
  if (unknown) throw choiceInvalid(`the product has no option ${unknown.name}`)
  return options.map(({ name, values }) => {
    const value = chosen.get(name)
    if (value === undefined) throw choiceInvalid(`there is no value of ${name}`)
    const id = Object.hasOwn(values, value) ? values[value] : undefined
    if (id === undefined) throw choiceInvalid(`${name} has no value ${value}`)
    return { id, value }
  })
}
