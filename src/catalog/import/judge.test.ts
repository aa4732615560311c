import { describe, expect, it } from 'vitest'
import { findColumns } from './columns.ts'
import type { Known } from './draft.ts'
import type { Group } from './group.ts'
import { judge } from './judge.ts'
import { parseRow } from './row.ts'

const header = ['Handle', 'Title', 'Option1 Name', 'Option1 Value', 'Option2 Name', 'Option2 Value', 'Variant SKU']
const fields = { title: 0, name: 1, value: 2, name2: 3, value2: 4, sku: 5, price: 6, image: 7, variantImage: 8 }
type Cells = Partial<Record<keyof typeof fields, string>>

/** Rows from line 2 on; every row has a price unless it says otherwise. */
const group = (...rows: Cells[]): Group => ({
  handle: 'mug',
  line: 2,
  excess: undefined,
  rows: rows.map((row, index) => {
    const all = { price: '1.00', ...row }
    const cells = (Object.keys(fields) as (keyof Cells)[]).map((name) => all[name] ?? '')
    const columns = findColumns([...header, 'Variant Price', 'Image Src', 'Variant Image'])
    return parseRow({ line: index + 2, cells: ['mug', ...cells] }, columns, 2)
  }),
})
const known = (options?: string[], skus: Known['skuOwners'] = new Map()): Known => ({
  products: new Map(
    options && [['mug', { id: '1', options: options.map((name) => ({ id: name, name })), variants: undefined }]],
  ),
  skuOwners: skus,
})
const decide = (of: Group, having = known()) => {
  const { draft, problems, warnings } = judge(of, having)
  return {
    titles: draft?.variants.map(({ title }) => title),
    draft,
    warnings: warnings.map(({ line, message }) => `${line}: ${message}`),
    problems: problems.map(({ line, message, rows }) => `${line}: ${message} [${rows}]`),
  }
}

describe('what is written of a product', () => {
  it('given several rows, when judged, then names come from the first, and a variant is called by its values', () => {
    const { draft, titles, problems } = decide(
      group({ title: 'Mug', name: 'Size', value: 'S', name2: 'Colour', value2: 'Red' }, { value: 'M', value2: 'Red' }),
    )
    expect([draft?.options, titles, problems]).toEqual([['Size', 'Colour', ''], ['S / Red', 'M / Red'], []])
  })

  it('given no options, when judged, then there is the one default variant', () => {
    expect(decide(group({ title: 'Mug', name: 'Title', value: 'Default Title' })).titles).toEqual(['Default Title'])
    expect(decide(group({ title: 'Mug' })).titles).toEqual(['Default Title'])
  })

  it('given an existing product, when rows name no options, then they are the ones it has', () => {
    expect(decide(group({ value: 'S' }), known(['Size'])).titles).toEqual(['S'])
  })

  it('given no Title, when the product does not exist, then all its rows are one problem', () => {
    const { draft, problems } = decide(group({ value: 'S' }, { value: 'M' }))
    expect(draft).toBeUndefined()
    expect(problems).toEqual(['2: "mug" does not exist yet, and no good row has a Title [2]'])
  })

  it('given images only, when the product does not exist, then it is not created; when it does, they are added', () => {
    const rows = group({ title: 'Mug', price: '' }, { price: '', image: 'https://x.test/a' })
    expect(decide(rows).problems).toEqual([
      '2: "mug" is not created: it has no good row with a variant and its price [2]',
    ])
    expect(decide(rows, known([])).draft?.images).toHaveLength(1)
  })

  it('given a bad variant beside the Title, when another row is good, then the fields are used, else nothing is', () => {
    const bad = { title: 'Mug', name: 'Size', value: 'S', price: 'x' }
    expect(decide(group(bad, { value: 'M' })).draft?.fields?.title).toBe('Mug')
    expect(decide(group(bad, { value: 'M' })).titles).toEqual(['M'])
    expect(decide(group(bad))).toMatchObject({ draft: undefined, problems: [] }) // its row was reported when read
    expect(decide(group(bad), known(['Size'])).draft).toBeUndefined()
  })

  it('given the same variant twice, when judged, then the second is a problem', () => {
    const { titles, problems } = decide(group({ title: 'Mug', name: 'Size', value: 'S' }, { value: 'S' }))
    expect([titles, problems]).toEqual([['S'], ['3: the variant "S" is already on line 2 [1]']])
  })

  it('given values that do not fit the names, when judged, then they are problems', () => {
    const { titles, problems } = decide(
      group({ title: 'Mug', name: 'Size', value: 'S' }, { value: '' }, { value: 'M', value2: 'Red' }),
    )
    expect(titles).toEqual(['S'])
    expect(problems).toEqual([
      '3: Option1 Value is empty, and the product has the option "Size" [1]',
      '4: Option2 Value "Red" has no Option2 Name [1]',
    ])
  })

  it('given values too long together, when judged, then that is a problem', () => {
    const long = 'x'.repeat(200)
    const rows = group({ title: 'Mug', name: 'A', value: long, name2: 'B', value2: long }, { value: 'a', value2: 'b' })
    expect(decide(rows).problems).toEqual(['2: the option values together are longer than 255 characters [1]'])
  })

  it('given SKUs of other variants, in the database or the batch, when judged, then those rows are problems', () => {
    const owners = new Map([
      ['A', { handle: 'cup', title: 'S' }],
      ['B', { handle: 'mug', title: 'M' }],
    ])
    const rows = [
      { title: 'Mug', name: 'Size', value: 'S', sku: 'A' },
      { value: 'M', sku: 'B' },
    ]
    const { titles, problems } = decide(
      group(...rows, { value: 'L', sku: 'C' }, { value: 'XL', sku: 'C' }),
      known(undefined, owners),
    )
    expect(titles).toEqual(['M', 'L'])
    expect(problems).toEqual([
      '2: the SKU "A" belongs to "S" of "cup" [1]',
      '5: the SKU "C" belongs to "L" of "mug" [1]',
    ])
  })

  it('given images on several rows, when judged, then each address counts once, variants’ images included', () => {
    const [a, b] = ['https://x.test/a', 'https://x.test/b']
    const rows = group({ title: 'Mug', image: a, variantImage: b }, { price: '', image: a }, { price: '', image: b })
    expect(decide(rows).draft?.images.map(({ url }) => url)).toEqual([a, b])
    expect(decide(group({ title: 'Mug', variantImage: b })).draft?.images.map(({ url }) => url)).toEqual([b])
  })

  it('given another Title in the same group, when judged, then the first counts, and a warning says so', () => {
    const rows = group(
      { title: 'Mug', name: 'Size', value: 'S' },
      { title: 'Cup', value: 'M' },
      { title: 'Mug', value: 'L' },
    )
    const { draft, warnings } = decide(rows)
    expect(draft?.fields?.title).toBe('Mug')
    expect(warnings).toEqual(['3: another Title for "mug": the one on line 2 is used'])
  })

  it('given no price column, when a variant does not exist, then it is a problem, and else is not', () => {
    const columns = findColumns(['Handle', 'Title', 'Variant SKU'])
    const row = parseRow({ line: 2, cells: ['mug', 'Mug', 'A'] }, columns, 2)
    const rows = { handle: 'mug', line: 2, rows: [row], excess: undefined }
    const product = { id: '1', options: [], variants: new Set(['Default Title']) }
    const having = (variants: Set<string>): Known => ({
      products: new Map([['mug', { ...product, variants }]]),
      skuOwners: new Map(),
    })
    expect(decide(rows, having(new Set(['Default Title']))).titles).toEqual(['Default Title'])
    expect(decide(rows, having(new Set())).problems).toEqual([
      expect.stringContaining('has no price to create it with'),
    ])
  })
})
