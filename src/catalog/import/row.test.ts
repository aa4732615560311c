import { describe, expect, it } from 'vitest'
import { findColumns } from './columns.ts'
import { parseRow } from './row.ts'

const row = (cells: Record<string, string>, digits = 2) => {
  const all = { Handle: 'mug', Title: 'Mug', 'Variant Price': '1.00', ...cells }
  return parseRow({ line: 7, cells: Object.values(all) }, findColumns(Object.keys(all)), digits)
}

describe('a row', () => {
  it('given a product, a variant and an image, when read, then it is all three', () => {
    const read = row({
      'Body (HTML)': '<p>Blue &amp; round</p>',
      Vendor: ' Acme ',
      Tags: 'new, sale ,,new',
      'Option1 Name': 'Size',
      'Option1 Value': 'S',
      'Variant SKU': 'M-S',
      'Variant Barcode': '',
      'Variant Price': '1,299.5',
      'Variant Compare At Price': '',
      'Variant Inventory Qty': '3',
      'Image Src': 'https://x.test/a.jpg',
      'Image Position': '2',
    })
    expect(read).toEqual({
      line: 7,
      handle: 'mug',
      product: {
        title: 'Mug',
        description: 'Blue & round',
        vendor: 'Acme',
        tags: ['new', 'sale'],
        status: undefined,
        category: undefined,
      },
      optionNames: ['Size', '', ''],
      variant: {
        values: ['S', '', ''],
        sku: 'M-S',
        barcode: null,
        priceMinor: 129_950n,
        compareAtMinor: null,
        weightGrams: undefined,
        quantity: 3,
        imageUrl: undefined,
      },
      image: { url: 'https://x.test/a.jpg', alt: undefined, position: 2 },
      problems: [],
      warnings: [],
    })
  })

  it.each([
    ['Handle', '', 'Handle is empty'],
    ['Handle', 'a b', 'Handle "a b" has a space or a slash'],
    ['Handle', 'a/b', 'Handle "a/b" has a space or a slash'],
    ['Handle', 'a\u0085b', 'has a space or a slash'],
    ['Handle', 'x'.repeat(256), 'Handle is longer than 255 characters'],
    ['Title', 'x'.repeat(256), 'Title is longer than 255 characters'],
    ['Title', 'a\0b', 'Title has a NUL character'],
    ['Vendor', 'a\uFFFD', 'Vendor has bytes that are not UTF-8'],
    ['Vendor', 'x'.repeat(256), 'Vendor is longer than 255 characters'],
    ['Body (HTML)', 'x'.repeat(100_001), 'Body (HTML) "xxx'],
    ['Status', 'live', 'Status "live" is none of active, draft, archived'],
    ['Published', 'maybe', 'Published "maybe" is neither true nor false'],
    ['Type', 'x'.repeat(256), 'Type is longer than 255 characters'],
    ['Product Category', `A > ${'x'.repeat(256)}`, 'has a level longer than 255 characters'],
    ['Product Category', 'A>'.repeat(9), 'has more than 8 levels'],
    ['Tags', `a,${'x'.repeat(256)}`, 'has a tag longer than 255 characters'],
    ['Tags', Array.from({ length: 251 }, (_, n) => n).join(), 'has more than 250 tags'],
    ['Variant Price', '', 'Variant Price is empty'],
    ['Variant Price', 'abc', 'Variant Price "abc" is not a number like 12.50'],
    ['Variant Price', '-1', 'Variant Price "-1" is negative'],
    ['Variant Compare At Price', '1.999', 'Variant Compare At Price "1.999" has more than 2 decimals'],
    ['Variant SKU', 'x'.repeat(256), 'Variant SKU is longer than 255 characters'],
    ['Variant SKU', 'a\0', 'Variant SKU has a NUL character'],
    ['Variant Inventory Qty', '1.5', 'Variant Inventory Qty "1.5" is not a whole number'],
    ['Variant Inventory Qty', '2147483648', 'Variant Inventory Qty "2147483648" is too high'],
    ['Variant Grams', 'heavy', 'Variant Grams "heavy" is not a weight like 250'],
    ['Variant Grams', '-1', 'Variant Grams "-1" is not a weight like 250'],
    ['Variant Grams', '2147483648', 'Variant Grams "2147483648" is too high'],
    ['Option1 Value', 'x'.repeat(256), 'Option1 Value is longer than 255 characters'],
    ['Image Src', 'a.jpg', 'Image Src "a.jpg" is not an address like https://example.com/a.jpg'],
    ['Image Src', `https://x.test/${'ü'.repeat(1_500)}`, 'is longer than 2000 bytes'],
    ['Variant Image', 'javascript:alert(1)', 'is not an address'],
  ])('given %s = %j, when read, then that is its one problem, and no variant is read', (column, cell, problem) => {
    const read = row({ 'Variant SKU': 's', [column]: cell })
    expect(read.problems).toEqual([expect.stringContaining(problem)])
    expect(read.variant).toBeUndefined()
  })

  it('given several problems, when read, then all are told', () => {
    expect(row({ Vendor: '\0', 'Variant Price': 'x', 'Variant Inventory Qty': 'y' }).problems).toHaveLength(3)
  })

  it('given a long or multi-line cell, when it is quoted in a problem, then shortened and on one line', () => {
    expect(row({ 'Variant Price': `a\n${'b'.repeat(200)}` }).problems[0]).toMatch(/^Variant Price "a b{58}…" is not/)
  })

  it('given a bad variant in a row with a Title, when read, then the product is there all the same', () => {
    const read = row({ 'Variant Price': 'x', 'Image Src': 'https://x.test/a.jpg' })
    expect([read.product?.title, read.variant, read.image]).toEqual(['Mug', undefined, undefined])
  })

  it('given a bad product in a row with a variant, when read, then neither is used', () => {
    const read = row({ Status: 'live' })
    expect([read.product, read.variant]).toEqual([undefined, undefined])
  })
})

describe('what a row speaks of', () => {
  const image = { 'Image Src': 'https://x.test/a.jpg' }
  const silent = { Title: '', 'Variant Price': '' }

  it('given no Title, no option, price or SKU, but an image, when read, then it is an image and no variant', () => {
    const read = row({ ...silent, ...image, 'Variant SKU': '', 'Variant Grams': '0', 'Variant Inventory Qty': '1' })
    expect([read.variant, read.image?.url, read.problems]).toEqual([undefined, 'https://x.test/a.jpg', []])
  })

  it.each(['Option1 Value', 'Variant SKU'])(
    'given an image and %s, when the price is empty, then that is a problem',
    (column) => {
      expect(row({ ...silent, ...image, [column]: 'x' }).problems).toEqual(['Variant Price is empty'])
    },
  )

  it('given a Title and nothing of a variant, when read, then it is a product only', () => {
    const read = row({ 'Variant Price': '', 'Variant Grams': '0', ...image })
    expect([read.product?.title, read.variant, read.problems]).toEqual(['Mug', undefined, []])
  })

  it('given a Title and a quantity, when the price is empty, then that is a problem', () => {
    expect(row({ 'Variant Price': '', 'Variant Inventory Qty': '1' }).problems).toEqual(['Variant Price is empty'])
  })

  it('given nothing but a handle, when read, then that is a problem', () => {
    expect(row({ ...silent, 'Variant Grams': '0' }).problems).toEqual([expect.stringContaining('no title, no variant')])
  })

  it.each([
    [{ Status: 'Draft' }, 'draft'],
    [{ Status: 'archived', Published: 'true' }, 'archived'],
    [{ Status: '', Published: 'TRUE' }, 'active'],
    [{ Published: 'false' }, 'draft'],
    [{ Status: '', Published: '' }, undefined],
    [{}, undefined],
  ])('given %j, when read, then the status is %s', (cells, status) => {
    expect(row(cells as Record<string, string>).product?.status).toBe(status)
  })

  it.each([
    [{ 'Product Category': 'A > B>C ', Type: 'T' }, ['A', 'B', 'C']],
    [{ 'Product Category': '', Type: 'T' }, ['T']],
    [{ Type: 'T > U' }, ['T > U']],
    [{ Type: '' }, []],
    [{ 'Product Category': ' > ' }, []],
    [{ 'Google Shopping / Google Product Category': 'A' }, undefined],
  ])('given %j, when read, then the category is %j', (cells, category) => {
    expect(row(cells as Record<string, string>).product?.category).toEqual(category)
  })

  it.each([
    [{ 'Variant Grams': '250.5' }, 251],
    [{ 'Variant Grams': '' }, null],
    [{ 'Variant Weight': '1.5', 'Variant Weight Unit': 'kg' }, 1_500],
    [{ 'Variant Weight': '2', 'Variant Weight Unit': 'LB' }, 907],
    [{ 'Variant Weight': '10', 'Variant Weight Unit': 'oz' }, 283],
    [{ 'Variant Weight': '3', 'Variant Grams': '7', 'Variant Weight Unit': 'kg' }, 7],
    [{ 'Variant Weight Unit': 'kg' }, undefined],
  ])('given %j, when read, then the variant weighs %s grams', (cells, grams) => {
    expect(row(cells as Record<string, string>).variant?.weightGrams).toBe(grams)
  })

  it('given a unit nobody knows, when read, then that is a problem', () => {
    expect(row({ 'Variant Weight': '1', 'Variant Weight Unit': 'stone' }).problems).toEqual([
      'Variant Weight Unit "stone" is none of g, kg, oz, lb',
    ])
  })

  it('given a negative quantity, when read, then it is 0, with a warning', () => {
    const read = row({ 'Variant Inventory Qty': '-4' })
    expect([read.variant?.quantity, read.warnings]).toEqual([0, ['the quantity -4 is negative, 0 is taken']])
  })

  it.each([
    [
      ['Title', 'Default Title'],
      ['', '', ''],
      ['', '', ''],
    ],
    [
      ['Title', 'Long'],
      ['Title', '', ''],
      ['Long', '', ''],
    ],
    [['', 'Default Title'], undefined, ['', '', '']],
    [['', 'Red'], undefined, ['Red', '', '']],
  ])('given the option %j, when read, then names and values are %j, %j', ([name = '', value = ''], names, values) => {
    const read = row({ 'Option1 Name': name, 'Option1 Value': value })
    expect([read.optionNames, read.variant?.values]).toEqual([names, values])
  })

  it('given an option named twice, when read, then that is a problem', () => {
    const read = row({ 'Option1 Name': 'Size', 'Option1 Value': 'S', 'Option2 Name': 'Size', 'Option2 Value': 'M' })
    expect(read.problems).toEqual(['Option2 Name "Size" names the same option again'])
  })
})
