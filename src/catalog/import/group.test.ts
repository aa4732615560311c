import { Readable } from 'node:stream'
import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { findColumns } from './columns.ts'
import { readRecords } from './csv.ts'
import { batchGroups, groupRows, mostRows } from './group.ts'
import { parseRow, type Row } from './row.ts'

const columns = findColumns(['Handle', 'Title'])
const row = (handle: string, line: number): Row => parseRow({ line, cells: [handle, 'x'] }, columns, 2)

async function* rows(handles: Iterable<string>) {
  let line = 2
  for (const handle of handles) yield row(handle, line++)
}
const grouped = async (handles: Iterable<string>) =>
  (await Array.fromAsync(groupRows(rows(handles)))).map(({ handle, line, rows }) => `${handle} ${line} ${rows.length}`)

const batched = async (handles: string, limits: { products: number; rows: number }) =>
  (await Array.fromAsync(batchGroups(groupRows(rows(handles)), limits))).map((batch) =>
    batch.map(({ handle, rows }) => handle.repeat(rows.length)).join(' '),
  )

describe('groups of rows', () => {
  it('given rows of one handle that follow each other, when grouped, then they are one group, later ones another', async () => {
    expect(await grouped('aabca')).toEqual(['a 2 2', 'b 4 1', 'c 5 1', 'a 6 1'])
    expect(await grouped('')).toEqual([])
  })

  it('given more rows than a product may have, when grouped, then the others are counted from where they start', async () => {
    const groups = await Array.fromAsync(groupRows(rows([...Array(mostRows + 3).fill('a'), 'b'])))
    expect(groups.map(({ rows }) => rows.length)).toEqual([mostRows, 1])
    expect(groups.map(({ excess }) => excess)).toEqual([{ line: mostRows + 2, rows: 3 }, undefined])
  })

  it('given many products, when batched, then no batch has more of them, or of rows, than it may', async () => {
    expect(await batched('abcde', { products: 2, rows: 99 })).toEqual(['a b', 'c d', 'e'])
    expect(await batched('aabbcd', { products: 9, rows: 3 })).toEqual(['aa', 'bb c', 'd'])
    expect(await batched('aaaab', { products: 9, rows: 3 })).toEqual(['aaaa', 'b'])
  })

  it('given a product that comes up again, when batched, then it is once in a batch', async () => {
    expect(await batched('abcabd', { products: 9, rows: 99 })).toEqual(['a b c', 'a b d'])
  })
})

describe('reading a long file', () => {
  it('given 200,000 rows, when read to batches, then memory stays where it is', { timeout: 120_000 }, async () => {
    v8.setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const used = () => {
      collect()
      return process.memoryUsage().heapUsed / 2 ** 20
    }
    const header = ['Handle', 'Title', 'Body (HTML)', 'Option1 Name', 'Option1 Value', 'Variant SKU', 'Variant Price']
    function* file() {
      yield `${header}\n`
      for (let n = 0; n < 200_000; n++) {
        const text = n % 4 === 0 ? `Product ${n},"<p>${'long text '.repeat(50)}</p>\n<p>of ""${n}""</p>",Size` : ',,'
        yield `product-${Math.floor(n / 4)},${text},S${n % 4},SKU-${n},${n % 100}.50\n`
      }
    }
    async function* read() {
      const known = findColumns(header)
      for await (const record of readRecords(Readable.from(file()))) {
        if ('cells' in record && record.line > 1) yield parseRow(record, known, 2)
      }
    }
    const before = used()
    let [highest, batches, count] = [0, 0, 0]
    for await (const batch of batchGroups(groupRows(read()))) {
      count += batch.reduce((sum, { rows }) => sum + rows.filter(({ variant }) => variant).length, 0)
      if (batches++ % 25 === 0) highest = Math.max(highest, used())
    }
    expect(count).toBe(200_000)
    expect(highest - before).toBeLessThan(50)
  })
})
