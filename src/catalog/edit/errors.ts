/** Why a change of the catalog is refused, with stable reasons. */
import { AppError } from '../../platform/errors.ts'

export const versionConflict = (currentVersion: number) =>
  new AppError('CONFLICT', 'VERSION_CONFLICT', `It has changed meanwhile: it is at version ${currentVersion}`, {
    currentVersion,
    field: 'expectedVersion',
  })

export const slugTaken = () => new AppError('CONFLICT', 'SLUG_TAKEN', 'slug: is taken', { field: 'slug' })
export const skuTaken = (sku: string | undefined) =>
  new AppError('CONFLICT', 'SKU_TAKEN', `sku: ${sku ?? 'it'} is taken`, { field: 'sku' })
export const variantTaken = () =>
  new AppError('CONFLICT', 'VARIANT_TAKEN', 'options: the product has a variant with these values', {
    field: 'options',
  })

export const variantNotFound = () => new AppError('NOT_FOUND', 'VARIANT_NOT_FOUND', 'There is no such variant')
export const facetNotFound = () => new AppError('NOT_FOUND', 'FACET_NOT_FOUND', 'There is no such facet')

export const notPublishable = () =>
  new AppError('CONFLICT', 'NOT_PUBLISHABLE', 'Only a product with a variant that has a price can be published')

export const categoryUnknown = (field: 'categoryId' | 'parentId') =>
  new AppError('BAD_REQUEST', 'CATEGORY_UNKNOWN', `${field}: there is no such category`, { field })
export const categoryCycle = () =>
  new AppError('CONFLICT', 'CATEGORY_CYCLE', 'parentId: a category cannot be below itself', { field: 'parentId' })
export const categoryTooDeep = (levels: number) =>
  new AppError('CONFLICT', 'CATEGORY_TOO_DEEP', `There may be ${levels} levels of categories, and this is one too many`)
export const pathTooLong = () =>
  new AppError('CONFLICT', 'CATEGORY_PATH_TOO_LONG', 'The slugs from the root down are too long together')
export const facetUnknown = (facet: string, value: string) =>
  new AppError('BAD_REQUEST', 'FACET_UNKNOWN', `facets.${facet}: there is no ${value}`, { field: `facets.${facet}` })

/** `problem` says what is wrong with a variant's choice of option values. */
export const choiceInvalid = (problem: string) =>
  new AppError('BAD_REQUEST', 'OPTIONS_INVALID', `options: ${problem}`, { field: 'options' })
export const optionInUse = (name: string, value: string) =>
  new AppError('CONFLICT', 'OPTION_IN_USE', `options: a variant has the ${name} ${value}`, { field: 'options' })
export const imageUnknown = () =>
  new AppError('BAD_REQUEST', 'IMAGE_UNKNOWN', "imageUrl: is none of the product's media", { field: 'imageUrl' })
export const tooManyVariants = (most: number) =>
  new AppError('CONFLICT', 'TOO_MANY_VARIANTS', `A product may have ${most} variants`)

/** An order must name everything there is, once: else somebody has added or removed something meanwhile. */
export const orderOutdated = (field: string) =>
  new AppError('CONFLICT', 'ORDER_OUTDATED', `${field}: is not what there is, each once`, { field })
