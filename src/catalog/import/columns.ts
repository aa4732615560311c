/** Which column of the file holds what: Shopify's older and newer header names, however they are capitalised. */
import { ImportError } from './errors.ts'

const headerNames = {
  handle: ['Handle', 'URL handle'],
  title: ['Title'],
  description: ['Body (HTML)', 'Description'],
  vendor: ['Vendor'],
  category: ['Product Category'],
  type: ['Type'],
  tags: ['Tags'],
  published: ['Published', 'Published on online store'],
  status: ['Status'],
  option1Name: ['Option1 Name'],
  option1Value: ['Option1 Value'],
  option2Name: ['Option2 Name'],
  option2Value: ['Option2 Value'],
  option3Name: ['Option3 Name'],
  option3Value: ['Option3 Value'],
  sku: ['Variant SKU', 'SKU'],
  barcode: ['Variant Barcode', 'Barcode'],
  price: ['Variant Price', 'Price'],
  compareAt: ['Variant Compare At Price', 'Compare-at price'],
  grams: ['Variant Grams', 'Weight value (grams)'],
  weight: ['Variant Weight'],
  weightUnit: ['Variant Weight Unit'],
  quantity: ['Variant Inventory Qty', 'Inventory quantity'],
  imageUrl: ['Image Src', 'Product image URL'],
  imagePosition: ['Image Position', 'Product image position'],
  imageAlt: ['Image Alt Text'],
  variantImage: ['Variant Image', 'Variant image URL'],
} as const satisfies Record<string, readonly string[]>

export type Field = keyof typeof headerNames

/** The columns that the file has: where they are, and what the file calls them. */
export type Columns = ReadonlyMap<Field, { index: number; header: string }>

const required: readonly Field[] = ['handle', 'title']

/** Finds the known columns in a header record, the others are ignored. Throws ImportError when it is no product file. */
export function findColumns(header: readonly string[]): Columns {
  const headers = header.map((name) => name.trim())
  if (headers.some((name) => /[\0\uFFFD]/.test(name))) {
    throw refused('The file is not text in UTF-8. Save it as "CSV UTF-8" and try again.')
  }
  const columns = new Map<Field, { index: number; header: string }>()
  const lower = headers.map((name) => name.toLowerCase())
  for (const [field, names] of Object.entries(headerNames) as [Field, readonly string[]][]) {
    const name = names.map((name) => name.toLowerCase()).find((name) => lower.includes(name))
    if (name === undefined) continue
    const index = lower.indexOf(name)
    if (lower.lastIndexOf(name) !== index) throw refused(`The header has the column "${headers[index]}" twice.`)
    columns.set(field, { index, header: headers[index] ?? name })
  }
  const missing = required.filter((field) => !columns.has(field)).map((field) => headerNames[field][0])
  if (missing.length > 0) throw refused(missingColumns(missing, headers))
  return columns
}

function missingColumns(missing: readonly string[], headers: readonly string[]): string {
  const what = missing.length > 1 ? `the columns ${missing.join(' and ')} are` : `the column ${missing.join()} is`
  const found = headers.slice(0, 20).map((name) => `"${name.slice(0, 60)}"`)
  const rest = headers.length > 20 ? ` and ${headers.length - 20} more` : ''
  return `This is no product export in Shopify's format: ${what} missing. Found: ${found.join(', ')}${rest}.${hint(headers)}`
}

function hint(headers: readonly string[]): string {
  if (headers.length > 1) return ''
  const other = { ';': 'semicolons', '\t': 'tabs', '|': 'bars' }
  const name = Object.entries(other).find(([delimiter]) => headers[0]?.includes(delimiter))?.[1]
  return ` That is a single column: cells have to be separated by commas${name ? `, these seem to be by ${name}` : ''}.`
}

const refused = (message: string) => new ImportError('NOT_A_PRODUCT_FILE', message)
