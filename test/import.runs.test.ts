import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { csv, dump, facts, lines, manyProducts, type Shop, shopForTest } from './fixtures/import/support.ts'
import { eventually } from './support/eventually.ts'

const count = async ({ query }: Shop) => (await query<{ n: number }>('SELECT count(*)::int AS n FROM product'))[0]?.n

/** A file whose end waits until `end` is called. */
function openFile(...chunks: string[]) {
  const gate = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  async function* content() {
    yield* chunks
    reached.resolve()
    await gate.promise
  }
  return { source: Readable.from(content()), reached: reached.promise, end: gate.resolve, fail: gate.reject }
}

describe('an import in batches', () => {
  it('given many products, when imported, then each commit is told once its changes can be seen', async () => {
    const shop = await shopForTest()
    const told: number[] = []
    const seen: (number | undefined)[] = []
    const summary = await shop.run(Readable.from(manyProducts(1, 450)), {
      onChanged: async (slugs) => {
        told.push(slugs.length)
        seen.push(await count(shop))
      },
    })
    expect([told, seen]).toEqual([
      [200, 200, 50],
      [200, 400, 450],
    ])
    expect(summary).toMatchObject({ products: { created: 450 }, variants: { created: 900 }, rows: { read: 900 } })
  })

  it('given a long file, when imported, then it is not read far ahead of what is saved', async () => {
    const shop = await shopForTest()
    let [produced, furthest] = [0, 0]
    function* file() {
      for (const row of manyProducts(1, 3_000)) {
        produced++
        yield row
      }
    }
    await shop.run(Readable.from(file()), {
      onChanged: () => {
        furthest = Math.max(furthest, produced)
        produced -= 400 // the rows of a batch
      },
    })
    expect(furthest).toBeLessThan(3 * 400)
  })

  it('given a product the database refuses, when its batch fails, then it fails alone, with its line', async () => {
    const shop = await shopForTest()
    await shop.query(`ALTER TABLE product ADD CHECK (title <> 'Product 3')`)
    const summary = await shop.run(Readable.from(manyProducts(1, 5)))
    expect(lines(summary.errors)).toEqual([expect.stringMatching(/^6: the database refused "p-3": .*check constraint/)])
    expect(summary).toMatchObject({ products: { created: 4 }, rows: { read: 10, skipped: 2 } })
    expect(await count(shop)).toBe(4)
  })

  it.each(['40P01', '40001'])('given SQLSTATE %s, when it comes once, then nobody notices', async (code) => {
    const shop = await shopForTest()
    await failOn(shop, code, 'nextval($$attempts$$) = 1')
    const told: number[] = []
    const onChanged = (slugs: string[]) => void told.push(slugs.length)
    const summary = await shop.run(Readable.from(manyProducts(1, 3)), { onChanged })
    expect(summary).toMatchObject({ products: { created: 3 }, errors: { count: 0 } })
    expect(told).toEqual([3]) // in one transaction, not one by one
  })

  it('given SQLSTATE 53100 (disk full), when it comes, then the import fails as a whole', async () => {
    const shop = await shopForTest()
    await failOn(shop, '53100', `NEW.slug = 'p-450'`)
    await expect(shop.run(Readable.from(manyProducts(1, 450)))).rejects.toMatchObject({ code: '53100' })
    expect(await count(shop)).toBe(400)
  })

  it('given a writer who holds a product, when the import waits, then it holds none that comes after', async () => {
    const shop = await shopForTest()
    await shop.run(Readable.from(manyProducts(1, 3)))
    const writer = await shop.pool.connect()
    await writer.query('BEGIN')
    await writer.query(`SELECT FROM product WHERE slug = 'p-1' FOR UPDATE`)
    const importing = shop.run(csv('Handle,Title', 'p-3,Three', 'p-2,Two', 'p-1,One'))
    await eventually(() => shop.waiting(1))
    await writer.query(`SELECT FROM product WHERE slug IN ('p-2', 'p-3') FOR UPDATE NOWAIT`)
    await writer.query('COMMIT')
    writer.release()
    expect((await importing).products.updated).toBe(3)
  })

  it('given a product somebody else creates meanwhile, when imported, then it is updated', async () => {
    const shop = await shopForTest()
    const writer = await shop.pool.connect()
    await writer.query(`BEGIN; INSERT INTO product (slug, title, vendor) VALUES ('a', 'Theirs', 'Acme')`)
    const importing = shop.run(csv('Handle,Title,Price', 'a,Ours,1', 'b,B,1'))
    await eventually(() => shop.waiting(1))
    await writer.query('COMMIT')
    writer.release()
    expect((await importing).products).toEqual({ created: 1, updated: 1, unchanged: 0 })
    expect(await facts(shop)).toContain('a: Ours |  | Acme | draft | {} | v2')
  })
})

async function failOn({ query }: Shop, code: string, condition: string): Promise<void> {
  await query(`CREATE SEQUENCE attempts`)
  await query(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN
    IF ${condition} THEN RAISE EXCEPTION 'made to fail' USING ERRCODE = '${code}'; END IF; RETURN NEW; END $f$`)
  await query('CREATE TRIGGER fail BEFORE INSERT ON product FOR EACH ROW EXECUTE FUNCTION fail()')
}

describe('an import that is interrupted', () => {
  it('given a stream that breaks anywhere, when imported again, then the end is as if it had not', async () => {
    const [shop, whole] = [await shopForTest(), await shopForTest()]
    await whole.run(Readable.from(manyProducts(1, 450)))
    const file = [...manyProducts(1, 450)].join('')
    for (const part of [0.3, 0.6, 0.99]) {
      const { source, reached, fail } = openFile(file.slice(0, file.length * part))
      const importing = shop.run(source)
      await reached
      fail(new Error('the disk is gone'))
      await expect(importing).rejects.toThrow('the disk is gone')
    }
    expect(await count(shop)).toBe(400) // what was complete stays
    const summary = await shop.run(Readable.from([file]))
    expect(summary.products).toEqual({ created: 50, updated: 0, unchanged: 400 })
    expect(await facts(shop)).toEqual(await facts(whole))
  })

  it('given a connection that breaks, when imported again, then it is completed', async () => {
    const shop = await shopForTest()
    const breaks = shop.run(Readable.from(manyProducts(1, 450)), {
      onChanged: async () => {
        await shop.query(`SELECT pg_terminate_backend(pid) FROM pg_locks
          WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
      },
    })
    await expect(breaks).rejects.toMatchObject({ reason: 'DATABASE_AWAY' })
    const again = await shop.run(Readable.from(manyProducts(1, 450)))
    expect(again.products).toEqual({ created: 250, updated: 0, unchanged: 200 })
  })

  it('given a source that fails before it is read, when imported, then that is the error', async () => {
    const shop = await shopForTest()
    const source = new Readable({ read() {} })
    source.destroy(new Error('no such file'))
    await expect(shop.run(source)).rejects.toThrow('no such file')
  })
})

describe('two imports at once', () => {
  it('given one that runs, when another starts, then it is refused, and can run afterwards', async () => {
    const shop = await shopForTest()
    const { source, reached, end } = openFile(...manyProducts(1, 3))
    const first = shop.run(source)
    await reached
    const second = Readable.from(manyProducts(4, 5))
    await expect(shop.run(second)).rejects.toMatchObject({ reason: 'IMPORT_RUNNING' })
    expect(second.destroyed).toBe(true)
    end()
    expect((await first).products.created).toBe(3)
    expect((await shop.run(Readable.from(manyProducts(4, 5)))).products.created).toBe(2)
  })

  it('given one that was refused or failed, when another starts, then nothing is in its way', async () => {
    const shop = await shopForTest()
    await expect(shop.run('')).rejects.toThrow('empty')
    await expect(shop.run('', { currency: 'FOO' })).rejects.toMatchObject({ reason: 'BAD_CURRENCY' })
    expect((await shop.run(Readable.from(manyProducts(1, 2)))).products.created).toBe(2)
  })
})

describe('npm run import', () => {
  const script = fileURLToPath(new URL('../scripts/import.ts', import.meta.url))

  async function command(shop: Shop, args: string[], databaseUrl = shop.url) {
    const env = { ...process.env, DATABASE_URL: databaseUrl, REDIS_URL: inject('redisUrl') }
    return new Promise<{ code: unknown; output: string }>((resolve) => {
      execFile(process.execPath, [script, ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: error ? error.code : 0, output: stdout + stderr }),
      )
    })
  }
  function file(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'caching-reference-import-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'products.csv'), text)
    return join(folder, 'products.csv')
  }

  it('given a good file, when imported twice, then the exit code is 0, and the second time changes nothing', async () => {
    const shop = await shopForTest()
    const path = file(csv('Handle,Title,Price', 'a,A,1500'))
    const first = await command(shop, [path, '--currency', 'jpy'])
    expect(first).toEqual({
      code: 0,
      output:
        'Products: 1 created, 0 updated, 0 unchanged\nVariants: 1 created, 0 updated, 0 unchanged; 0 stock levels set\nRows: 1 read, 0 skipped\n',
    })
    const before = await dump(shop)
    expect(await command(shop, [path, '--currency', 'JPY'])).toMatchObject({ code: 0 })
    expect(await dump(shop)).toEqual(before)
  })

  it('given bad rows, when imported, then the exit code is 2, and the first fifty are listed', async () => {
    const shop = await shopForTest()
    const rows = Array.from({ length: 60 }, (_, n) => `p-${n},P,x${n}`)
    const { code, output } = await command(shop, [file(csv('Handle,Title,Price', 'a,A,1', 'u,,1', 'u,,2', ...rows))])
    const printed = output.trim().split('\n')
    expect(code).toBe(2)
    expect(printed[0]).toBe('line 3: "u" does not exist yet, and no good row has a Title (2 rows)')
    expect(printed[1]).toBe('line 5: Price "x0" is not a number like 12.50')
    expect(printed.slice(50)).toEqual([
      'and 11 more',
      'Products: 1 created, 0 updated, 0 unchanged',
      'Variants: 1 created, 0 updated, 0 unchanged; 0 stock levels set',
      'Rows: 63 read, 62 skipped',
    ])
  })

  it('given what can not be imported, when tried, then the exit code is 1, and one line says why', async () => {
    const shop = await shopForTest()
    const good = file(csv('Handle,Title,Price', 'a,A,1'))
    const away = 'postgresql://postgres@127.0.0.1:1/shop'
    const failures = await Promise.all([
      command(shop, ['missing.csv']),
      command(shop, [tmpdir()]),
      command(shop, []),
      command(shop, [good, '--currency', 'FOO']),
      command(shop, [file('Name,Price\n')]),
      command(shop, [good], away),
    ])
    expect(failures.map(({ code }) => code)).toEqual([1, 1, 1, 1, 1, 1])
    expect(failures.map(({ output }) => output)).toEqual([
      'There is no file missing.csv\n',
      `${tmpdir()} is not a file.\n`,
      'Usage: npm run import -- file.csv [--currency USD]\n',
      '"FOO" is not a currency. Give its three letters, such as USD.\n',
      expect.stringMatching(/^This is no product export in Shopify's format: .*\n$/),
      expect.stringMatching(/ECONNREFUSED.*\n$/),
    ])
  })
})
