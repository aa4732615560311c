import { describe, expect, it } from 'vitest'
import { findColumns } from './columns.ts'

const refusal = (header: string[]) => {
  try {
    findColumns(header)
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}

describe('the header of a product file', () => {
  it('given names in any case and with spaces around, when searched, then the columns are found where they are', () => {
    const columns = findColumns(['  TITLE ', 'Cost per item', 'handle', 'variant PRICE'])
    expect(columns.get('handle')).toEqual({ index: 2, header: 'handle' })
    expect(columns.get('title')).toEqual({ index: 0, header: 'TITLE' })
    expect(columns.get('price')).toEqual({ index: 3, header: 'variant PRICE' })
    expect(columns.has('vendor')).toBe(false)
    expect(columns.size).toBe(3)
  })

  it.each([
    ['URL handle', 'handle'],
    ['Description', 'description'],
    ['Product category', 'category'],
    ['Published on online store', 'published'],
    ['SKU', 'sku'],
    ['Barcode', 'barcode'],
    ['Price', 'price'],
    ['Compare-at price', 'compareAt'],
    ['Weight value (grams)', 'grams'],
    ['Inventory quantity', 'quantity'],
    ['Option1 name', 'option1Name'],
    ['Option3 value', 'option3Value'],
    ['Product image URL', 'imageUrl'],
    ['Product image position', 'imagePosition'],
    ['Image alt text', 'imageAlt'],
    ['Variant image URL', 'variantImage'],
  ] as const)('given the newer name "%s", when searched, then it is the column %s', (name, field) => {
    const columns = findColumns(['Title', field === 'handle' ? 'x' : 'Handle', name])
    expect(columns.get(field)).toEqual({ index: 2, header: name })
  })

  it('given both an older and a newer name, when searched, then the older one counts', () => {
    expect(findColumns(['URL handle', 'Handle', 'Title']).get('handle')?.index).toBe(1)
  })

  it('given required columns are missing, when searched, then the error says which, and what there is', () => {
    expect(refusal(['Name', 'Price'])).toBe(
      'This is no product export in Shopify\'s format: the columns Handle and Title are missing. Found: "Name", "Price".',
    )
    expect(refusal(['Handle', 'Price'])).toContain('the column Title is missing')
    expect(refusal(Array.from({ length: 500 }, (_, index) => `c${index}`))).toMatch(/"c19" and 480 more\.$/)
  })

  it.each([
    ['Handle;Title;Vendor', 'by semicolons.'],
    ['Handle\tTitle', 'by tabs.'],
    ['Handle|Title', 'by bars.'],
    ['Handle', 'separated by commas.'],
  ])('given the single column "%s", when searched, then the error hints at the delimiter', (header, hint) => {
    expect(refusal([header])?.endsWith(hint)).toBe(true)
  })

  it('given a column that is there twice, when it is one that counts, then it is refused, else not', () => {
    expect(refusal(['Handle', 'Title', 'title '])).toBe('The header has the column "Title" twice.')
    expect(refusal(['Handle', 'Title', 'x', 'x'])).toBeUndefined()
  })

  it.each([['PK\u0003\u0004\0'], ['\uFFFD\uFFFDH\0a\0']])(
    'given a file that is no text (%j), when searched, then that is said',
    (name) => {
      expect(refusal([name])).toContain('not text in UTF-8')
    },
  )
})
