import { describe, expect, it } from 'vitest'
import { csv, dump, facts, type Shop, shopForTest } from './fixtures/import/support.ts'

const versionOf = async ({ query }: Shop, slug: string) => {
  const [row] = await query<{ version: number; updated_at: Date }>(
    'SELECT version, updated_at FROM product WHERE slug = $1',
    [slug],
  )
  return row
}

describe('importing a product file', () => {
  it('given an older export, when imported, then all that it says is in the database', async () => {
    const shop = await shopForTest()
    const summary = await shop.runFile('classic.csv')
    expect(summary).toMatchObject({
      products: { created: 3, updated: 0, unchanged: 0 },
      variants: { created: 5, updated: 0, unchanged: 0 },
      stockLevels: 3,
      rows: { read: 6, skipped: 0 },
      errors: { count: 0 },
    })
    const oak = 'https://cdn.example.com/oak'
    expect(await facts(shop)).toEqual(
      [
        'category /home/ Home',
        'category /home/furniture/ Furniture',
        'category /home/furniture/tables/ Tables',
        'category /lighting/ Lighting',
        'copper-light range USD 50 50',
        'copper-light variant 0 Default Title | LIGHT | 0g | v1 | USD 50 | main 0',
        'copper-light: Copper Light |  |  | draft | {} | /lighting/ | v1',
        'gift-card range USD 2500 2500',
        'gift-card variant 0 Default Title | v1 | USD 2500',
        'gift-card: Gift Card | For you |  | archived | {} | v1',
        `oak-table media 1 | ${oak}-1.jpg | The table, from the front`,
        `oak-table media 2 | ${oak}-2.jpg`,
        `oak-table media 3 | ${oak}-3.jpg | A leg, "turned"`,
        `oak-table media 4 | ${oak}-raw.jpg`,
        'oak-table option 0 Size 0 Small',
        'oak-table option 0 Size 1 Large',
        'oak-table option 1 Finish 0 Oiled',
        'oak-table option 1 Finish 1 Raw',
        'oak-table range USD 99900 159990',
        'oak-table variant 0 Small / Oiled | OAK-S-O | 4006381333931 | 18500g | v1 | Size=Small,Finish=Oiled | USD 129900 was 149950 | main 4',
        `oak-table variant 1 Small / Raw | OAK-S-R | 18500g | ${oak}-raw.jpg | v1 | Size=Small,Finish=Raw | USD 99900 | main 0`,
        `oak-table variant 2 Large / Oiled | 26000g | ${oak}-2.jpg | v1 | Size=Large,Finish=Oiled | USD 159990`,
        'oak-table: Oak Table | A table of oak.\n\n- 72" wide\n- for éveryone | Rustic & Co | active | {wood,dining} | /home/furniture/tables/ | v1',
      ].sort(),
    )
  })

  it('given the same products under the newer header names, when imported, then the result is the same', async () => {
    const [older, newer] = [await shopForTest(), await shopForTest()]
    await older.runFile('classic.csv')
    await newer.runFile('modern.csv')
    expect(await facts(newer)).toEqual(await facts(older))
  })

  it('given a file that has been imported, when imported again, then not one row is written', async () => {
    const shop = await shopForTest()
    await shop.runFile('classic.csv')
    const before = await dump(shop)
    const summary = await shop.runFile('modern.csv')
    expect(await dump(shop)).toEqual(before)
    expect(summary).toMatchObject({
      products: { created: 0, updated: 0, unchanged: 3 },
      variants: { created: 0, updated: 0, unchanged: 5 },
      stockLevels: 0,
      rows: { read: 6, skipped: 0 },
    })
  })
})

describe('importing products that exist', () => {
  const header =
    'Handle,Title,Vendor,Type,Tags,Status,Option1 Name,Option1 Value,Variant SKU,Variant Barcode,Variant Grams,' +
    'Variant Price,Variant Compare At Price,Variant Inventory Qty,Image Src,Image Position,Image Alt Text,Variant Image'
  const [a, b] = ['https://x.test/a', 'https://x.test/b']
  const first = `mug,Mug,Acme,Cups,"new,blue",active,Size,S,M-S,123,200,9.90,12,5,${a},1,Front,${a}`
  const second = `mug,,,,,,,M,M-M,,250,11,,7,${b},2,,`
  const original = csv(header, first, second)

  it.each([
    ['the title', first.replace('Mug', 'Big mug')],
    ['the vendor', first.replace('Acme', '')],
    ['the category', first.replace('Cups', 'Bowls')],
    ['no category', first.replace('Cups', '')],
    ['the tags', first.replace('new,', '')],
    ['the status', first.replace('active', 'draft')],
    ['the name of an option', first.replace('Size', 'Volume')],
    ['a SKU', first.replace('M-S', 'M-SMALL')],
    ['no SKU', first.replace('M-S', '')],
    ['a barcode', first.replace('123', '')],
    ['a weight', first.replace('200', '201')],
    ['a price', first.replace('9.90', '9.91')],
    ['a compare-at price', first.replace(',12,', ',,')],
    ['an image’s text', first.replace('Front', '')],
    ['an image’s place', first.replace(`${a},1`, `${a},3`)],
    ['a variant’s image', first.replace(/[^,]+$/, b)],
    ['another image', first.replace(`${a},1`, 'https://x.test/c,1')],
    ['another variant', first.replace(',S,M-S', ',XL,M-XL')],
    ['everything', `mug,Cup,Other,Bowls,x,draft,Volume,S,X,9,1,1,2,5,https://x.test/c,9,Side,https://x.test/c`],
  ])('given %s, when it changes, then the product is one version further, once', async (_, changed) => {
    const shop = await shopForTest()
    await shop.run(original)
    const before = await versionOf(shop, 'mug')
    const changes: string[][] = []
    const onChanged = (slugs: string[]) => void changes.push(slugs)
    const summary = await shop.run(csv(header, changed), { onChanged })
    const after = await versionOf(shop, 'mug')
    expect([before?.version, after?.version]).toEqual([1, 2])
    expect(after?.updated_at.getTime()).toBeGreaterThan(before?.updated_at.getTime() ?? Infinity)
    expect([summary.products, summary.errors.count]).toEqual([{ created: 0, updated: 1, unchanged: 0 }, 0])
    expect(changes).toEqual([['mug']])

    const settled = await dump(shop)
    await shop.run(csv(header, changed), { onChanged })
    expect(await dump(shop)).toEqual(settled)
    expect(changes).toHaveLength(1)
  })

  it('given stock alone, when it changes, then the level does, and the product does not', async () => {
    const shop = await shopForTest()
    await shop.run(original)
    const before = await versionOf(shop, 'mug')
    const summary = await shop.run(csv(header, first.replace('12,5', '12,6'), second.replace(',7,', ',,')))
    expect(summary).toMatchObject({ products: { updated: 0, unchanged: 1 }, stockLevels: 1 })
    expect(await versionOf(shop, 'mug')).toEqual(before)
    const levels = await shop.query('SELECT on_hand, version FROM stock_level ORDER BY on_hand')
    expect(levels).toEqual([
      { on_hand: 6, version: 2 },
      { on_hand: 7, version: 1 },
    ])
  })

  it('given variants and images that the file leaves out, when imported, then they stay', async () => {
    const shop = await shopForTest()
    await shop.run(original)
    const before = await dump(shop)
    const summary = await shop.run(csv(header, first))
    expect(summary.products.unchanged).toBe(1)
    expect(await dump(shop)).toEqual(before)
  })

  it('given a file without most columns, when imported, then what they stand for stays', async () => {
    const shop = await shopForTest()
    await shop.run(original)
    const before = await facts(shop)
    await shop.run(csv('Handle,Title,Option1 Value,Variant Inventory Qty', 'mug,Mug 2,S,50', 'mug,,M,'))
    const after = before.map((fact) =>
      fact.replace(': Mug |', ': Mug 2 |').replace(/v1$/, 'v2').replace('main 5', 'main 50'),
    )
    expect(await facts(shop)).toEqual(after.sort())
  })

  it('given options that change places, when the variant is called the same, then it has one value of each', async () => {
    const shop = await shopForTest()
    const named = 'Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Price'
    await shop.run(csv(named, 'mug,Mug,Lid,Blue,Cup,Red,1'))
    await shop.run(csv(named, 'mug,Mug,Cup,Blue,Lid,Red,1'))
    expect(await facts(shop)).toContain('mug variant 0 Blue / Red | v1 | Cup=Blue,Lid=Red | USD 100')
    expect((await versionOf(shop, 'mug'))?.version).toBe(2)
  })

  it('given a file with compare-at prices only, when imported, then prices stay', async () => {
    const shop = await shopForTest()
    await shop.run(original)
    await shop.run(csv('Handle,Title,Option1 Value,Compare-at price', 'mug,Mug,S,15', 'mug,,M,'))
    const prices = await shop.query(
      'SELECT amount_minor::int a, compare_at_minor::int c FROM price WHERE valid_until IS NULL ORDER BY 1',
    )
    expect(prices).toEqual([
      { a: 990, c: 1_500 },
      { a: 1_100, c: null },
    ])
  })

  it('given another currency, when imported, then the prices stand beside the others', async () => {
    const shop = await shopForTest()
    await shop.run(csv('Handle,Title,Price', 'mug,Mug,9.90'))
    await shop.run(csv('Handle,Title,Price', 'mug,Mug,1500'), { currency: 'JPY' })
    await shop.run(csv('Handle,Title,Price', 'mug,Mug,2.750'), { currency: 'KWD' })
    expect(await facts(shop)).toContainEqual(expect.stringContaining('| JPY 1500,KWD 2750,USD 990'))
    expect((await versionOf(shop, 'mug'))?.version).toBe(3)
  })

  it('given a variant that was removed, when the file has it, then there is a new one', async () => {
    const shop = await shopForTest()
    await shop.run(original)
    await shop.query('UPDATE variant SET deleted_at = now() WHERE sku = $1', ['M-S'])
    const summary = await shop.run(original)
    expect(summary.variants).toEqual({ created: 1, updated: 0, unchanged: 1 })
    expect(summary.errors.count).toBe(0)
  })
})
