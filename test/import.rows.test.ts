import { describe, expect, it } from 'vitest'
import { csv, facts, lines, shopForTest } from './fixtures/import/support.ts'

describe('importing a file with bad rows', () => {
  it('given every kind of them, when imported, then each is reported by line, and all others land', async () => {
    const shop = await shopForTest()
    const summary = await shop.runFile('bad-rows.csv')
    expect(lines(summary.errors)).toEqual([
      '4: Variant Price "abc" is not a number like 12.50',
      '5: Handle "bad handle" has a space or a slash',
      '6: the row has 3 cells, the header has 10',
      '7: Variant Price is empty',
      '8: Status "live" is none of active, draft, archived; Variant Price "-1" is negative; Variant Inventory Qty "1.5" is not a whole number',
      '9: Variant Price "oops" is not a number like 12.50',
      '11: the variant "M" is already on line 10',
      '13: "untitled" does not exist yet, and no good row has a Title',
      '15: the SKU "G1" belongs to "Default Title" of "good-1"',
      '16: the row opens a quote that is not closed by the end of the file',
      '18: Title has a NUL character',
      '19: Title has bytes that are not UTF-8',
      '20: "picture" is not created: it has no good row with a variant and its price',
      '22: Title is longer than 255 characters',
      '23: the row has no title, no variant (option value, price or SKU) and no image',
    ])
    expect(summary).toMatchObject({
      products: { created: 4, updated: 0, unchanged: 0 },
      rows: { read: 22, skipped: 17 },
      errors: { count: 15 },
    })
    expect((await facts(shop)).filter((fact) => /variant|media|: /.test(fact))).toEqual([
      'after variant 0 Default Title | A1 | v1 | USD 500 | main 1',
      'after: After |  | Acme | active | {} | v1',
      'good-1 variant 0 Default Title | G1 | v1 | USD 100 | main 1',
      'good-1: Good "one"\nof two lines |  | Acme | active | {} | v1',
      'good-2 variant 0 Default Title | G2 | v1 | USD 200 | main 1',
      'good-2: Good two |  | Acme | active | {} | v1',
      'half media 1 | https://cdn.example.com/half-2.jpg',
      'half variant 0 M | H-M | v1 | Size=M | USD 200 | main 2',
      'half: Half |  | Acme | active | {} | v1',
    ])
  })

  it('given more rows for a product than it may have, when imported, then the others are one error', async () => {
    const shop = await shopForTest()
    const rows = Array.from({ length: 2_004 }, (_, n) => `big,${n ? '' : 'Big'},${n ? '' : 'Size'},S${n},1.00`)
    const summary = await shop.run(
      csv('Handle,Title,Option1 Name,Option1 Value,Variant Price', ...rows, 'next,Next,,,2.00'),
    )
    expect(lines(summary.errors)).toEqual(['2002: "big" has more than 2000 rows: those from here on are skipped'])
    expect(summary).toMatchObject({ rows: { read: 2_005, skipped: 4 }, variants: { created: 2_001 } })
  })

  it('given thousands of bad rows, when imported, then all are counted, and the first are told', async () => {
    const shop = await shopForTest()
    const rows = Array.from({ length: 3_000 }, (_, n) => `p-${n},Product,x`)
    const summary = await shop.run(csv('Handle,Title,Price', ...rows, 'good,Good,1'))
    expect(summary).toMatchObject({ rows: { read: 3_001, skipped: 3_000 }, errors: { count: 3_000 } })
    expect(summary.errors.first).toHaveLength(1_000)
    expect(summary.products.created).toBe(1)
  })

  it('given a SKU that a variant in the database has, when another wants it, then only that row is skipped', async () => {
    const shop = await shopForTest()
    await shop.run(csv('Handle,Title,SKU,Price', 'a,A,X,1'))
    const summary = await shop.run(csv('Handle,Title,SKU,Price', 'b,B,X,1', 'a,A 2,X,1', 'c,C,Y,1'))
    expect(lines(summary.errors)).toEqual(['2: the SKU "X" belongs to "Default Title" of "a"'])
    expect(summary.products).toEqual({ created: 1, updated: 1, unchanged: 0 })
  })

  it.each([
    ['', 'The file is empty.'],
    ['\n\n', 'The file is empty.'],
    ['Handle,"Title\n', "The header can't be read, line 1: the row opens a quote that is not closed"],
    ['Name,Price\nMug,1\n', 'the columns Handle and Title are missing. Found: "Name", "Price"'],
    ['Handle;Title;Price\nmug;Mug;1\n', 'these seem to be by semicolons'],
    ['\u007fELF\0\0\0', 'The file is not text in UTF-8'],
  ])('given %j, when imported, then it is refused as a whole: %s', async (text, message) => {
    const shop = await shopForTest()
    const refusal = { reason: 'NOT_A_PRODUCT_FILE', message: expect.stringContaining(message) }
    await expect(shop.run(text)).rejects.toMatchObject(refusal)
  })
})

describe('importing products whose rows lie apart', () => {
  it('given a handle that comes up again, when imported, then its rows are added to the product', async () => {
    const shop = await shopForTest()
    const header = 'Handle,Title,Option1 Name,Option1 Value,Price,Inventory quantity'
    const file = csv(header, 'a,A,Size,S,1,1', 'b,B,,,2,2', 'a,,,M,3,3', 'b,B 2,,,2,2')
    const summary = await shop.run(file)
    expect(summary.products).toEqual({ created: 2, updated: 2, unchanged: 0 })
    expect(await facts(shop)).toEqual(
      expect.arrayContaining([
        'a variant 0 S | v1 | Size=S | USD 100 | main 1',
        'a variant 1 M | v1 | Size=M | USD 300 | main 3',
        'a: A |  |  | active | {} | v2',
        'b: B 2 |  |  | active | {} | v2',
      ]),
    )
  })

  it('given rows without a Title, when the product exists, then its variants change, and its fields do not', async () => {
    const shop = await shopForTest()
    await shop.run(csv('Handle,Title,Vendor,Price', 'a,A,Acme,1'))
    const summary = await shop.run(csv('Handle,Title,Vendor,Price', 'a,,Other,2'))
    expect(summary.products.updated).toBe(1)
    expect(await facts(shop)).toContain('a: A |  | Acme | active | {} | v2')
  })
})

describe('categories of imported products', () => {
  it('given titles whose slugs are taken, when created, then the parent helps, then a number', async () => {
    const shop = await shopForTest()
    const paths = [
      'Home > Tables',
      'Garden > Tables',
      'Büro > Tische & Bänke',
      '???',
      'C++',
      'C#',
      'Home > Tables > Tables',
    ]
    const rows = paths.map((path, n) => `p-${n},P,${path},1`)
    await shop.run(csv('Handle,Title,Product category,Price', ...rows))
    await shop.run(csv('Handle,Title,Type,Price', 'q,Q,Home,1')) // found, not created
    expect((await facts(shop)).filter((fact) => fact.startsWith('category'))).toEqual([
      'category /buro/ Büro',
      'category /buro/tische-banke/ Tische & Bänke',
      'category /c-2/ C#',
      'category /c/ C++',
      'category /category/ ???',
      'category /garden/ Garden',
      'category /garden/garden-tables/ Tables',
      'category /home/ Home',
      'category /home/tables/ Tables',
      'category /home/tables/tables-tables/ Tables',
    ])
    const positions = await shop.query('SELECT position FROM category WHERE parent_id IS NULL ORDER BY position')
    expect(positions.map(({ position }: { position?: number }) => position)).toEqual([0, 1, 2, 3, 4, 5])
  })
})

describe('stock of imported products', () => {
  it('given a quantity below what is reserved, when imported, then that is kept, with a warning', async () => {
    const shop = await shopForTest()
    await shop.run(csv('Handle,Title,Price,Inventory quantity', 'a,A,1,9'))
    await shop.query('UPDATE stock_level SET reserved = 5')
    const file = csv('Handle,Title,Price,Inventory quantity', 'a,A,1,3')
    const summary = await shop.run(file)
    expect(lines(summary.warnings)).toEqual(['2: 5 of "Default Title" are reserved: that is the quantity taken, not 3'])
    expect(await shop.query('SELECT on_hand, reserved FROM stock_level')).toEqual([{ on_hand: 5, reserved: 5 }])
    expect(await shop.run(file)).toMatchObject({ stockLevels: 0, warnings: { count: 1 }, rows: { skipped: 0 } })
  })

  it('given a negative quantity, when imported, then it is 0, with a warning, and the row has landed', async () => {
    const shop = await shopForTest()
    const summary = await shop.run(csv('Handle,Title,Price,Inventory quantity', 'a,A,1,-3'))
    expect(lines(summary.warnings)).toEqual(['2: the quantity -3 is negative, 0 is taken'])
    expect(summary).toMatchObject({ stockLevels: 1, rows: { skipped: 0 } })
  })

  it('given quantities, when imported again and again, then the ledger has each change of a level, and adds up to it', async () => {
    const shop = await shopForTest()
    for (const quantity of [9, 9, 4, 0]) {
      await shop.run(csv('Handle,Title,Price,Inventory quantity', `a,A,1,${quantity}`, 'b,B,1,0'))
    }
    const rows = await shop.query(
      'SELECT kind, on_hand_delta AS delta, on_hand_after AS after, version, reason FROM stock_movement ORDER BY id',
    )
    const imported = { kind: 'adjust', reason: 'imported' }
    expect(rows).toEqual([
      { ...imported, delta: 9, after: 9, version: 1 },
      { ...imported, delta: -5, after: 4, version: 2 },
      { ...imported, delta: -4, after: 0, version: 3 },
    ])
  })

  it('given stock at another location, when imported, then it stays', async () => {
    const shop = await shopForTest()
    await shop.run(csv('Handle,Title,Price,Inventory quantity', 'a,A,1,9'))
    await shop.query(`WITH l AS (INSERT INTO location (code, title) VALUES ('north', 'North') RETURNING id)
      INSERT INTO stock_level (variant_id, location_id, on_hand) SELECT v.id, l.id, 7 FROM variant v, l`)
    await shop.run(csv('Handle,Title,Price,Inventory quantity', 'a,A,1,4'))
    const levels = await shop.query(
      'SELECT code, on_hand FROM stock_level JOIN location ON id = location_id ORDER BY 1',
    )
    expect(levels).toEqual([
      { code: 'main', on_hand: 4 },
      { code: 'north', on_hand: 7 },
    ])
  })
})
