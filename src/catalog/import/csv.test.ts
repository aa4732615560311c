import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { readRecords } from './csv.ts'
import { longestRecord } from './lines.ts'

const read = (...chunks: (string | Uint8Array)[]) => Array.fromAsync(readRecords(Readable.from(chunks)))
/** Byte by byte: every place a chunk can end. */
const readSplit = (text: string) => read(...[...Buffer.from(text)].map((byte) => Uint8Array.of(byte)))
const problems = (items: Awaited<ReturnType<typeof read>>) =>
  items.flatMap((item) => ('problem' in item ? [`${item.line}: ${item.problem}`] : []))
const cells = (items: Awaited<ReturnType<typeof read>>) =>
  items.flatMap((item) => ('cells' in item ? [`${item.line}: ${item.cells.join('|')}`] : []))

describe('records of a CSV file', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('given lines that end with %s, when read in chunks of any size, then each record has its line', async (_, end) => {
    const text = ['\uFEFFa,b', '1,"x', 'y ""z"", ü"', '', '2,é', ''].join(end)
    const expected = [
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', 'x\ny "z", ü'] },
      { line: 5, cells: ['2', 'é'] },
    ]
    expect(await read(text)).toEqual(expected)
    expect(await readSplit(text)).toEqual(expected)
  })

  it('given mixed line ends and none at the end, when read, then nothing is lost', async () => {
    expect(cells(await read('a,b\r\n1,2\n3,4\r5,6'))).toEqual(['1: a|b', '2: 1|2', '3: 3|4', '4: 5|6'])
  })

  it('given empty lines and lines of commas, when read, then they are no records, and no problem', async () => {
    expect(await read('\n\na,b\n\n,\n , \n,,,\n""\n1,2\n\n')).toEqual([
      { line: 3, cells: ['a', 'b'] },
      { line: 9, cells: ['1', '2'] },
    ])
  })

  it('given nothing at all, when read, then there is no record', async () => {
    expect(await read()).toEqual([])
    expect(await read('\uFEFF\r\n')).toEqual([])
  })

  it('given bytes that are not UTF-8, when read, then they show', async () => {
    expect(await read('a\n', Uint8Array.of(0x41, 0xff), '\n')).toContainEqual({ line: 2, cells: ['A\uFFFD'] })
    expect(await read('a\n', Uint8Array.of(0x41, 0xe2, 0x82))).toContainEqual({ line: 2, cells: ['A\uFFFD'] })
  })
})

describe('records that are broken', () => {
  it.each(['\0ELF"x', 'P"K"\uFFFD', '"\0'])(
    'given no text at all (%j), when read, then that is the problem',
    async (text) => {
      expect(problems(await read(text))).toEqual(['1: the row has bytes that are not text in UTF-8'])
    },
  )

  it('given rows with too few and too many cells, when read, then they are reported, and the others are read', async () => {
    const items = await read('a,b\n1\n2,2\n3,3,3\n4,4\n')
    expect(problems(items)).toEqual([
      '2: the row has 1 cell, the header has 2',
      '4: the row has 3 cells, the header has 2',
    ])
    expect(cells(items)).toEqual(['1: a|b', '3: 2|2', '5: 4|4'])
  })

  it('given a quote that is never closed, when read, then only its record is lost', async () => {
    const items = await read('a,b\n1,"x\n2,y\n3,z\n')
    expect(problems(items)).toEqual(['2: the row opens a quote that is not closed by the end of the file'])
    expect(cells(items)).toEqual(['1: a|b', '3: 2|y', '4: 3|z'])
  })

  it('given a quote that is not closed and quoted cells after it, when read, then only its record is lost', async () => {
    for (const later of ['2,"y"', '2,"y ""z"""', '2,""', '"2",y']) {
      const items = await read(`a,b\n1,"x\n${later}\n3,"z"\n4,"z\nz"\n`)
      expect(problems(items)).toHaveLength(1)
      expect(cells(items).map((text) => text.slice(0, 4))).toEqual(['1: a', '3: 2', '4: 3', '5: 4'])
    }
  })

  it('given a quote that swallows rows and fits by chance, when the cells do not add up, then the rows are read', async () => {
    const items = await read('a,b,c\n1,"x\n2,y,"z"\n3,3,3\n')
    expect(cells(items)).toEqual(['1: a|b|c', '3: 2|y|z', '4: 3|3|3'])
    expect(problems(items)).toHaveLength(1)
  })

  it('given a stray quote in a record of many lines, when read, then each is reported, and the next is read', async () => {
    const items = await read('a,b\n1,"5" wide\nand\nlong"\n2,"x\ny"\n3,z\n')
    expect(problems(items).map((problem) => problem[0])).toEqual(['2', '3', '4'])
    expect(cells(items)).toEqual(['1: a|b', '5: 2|x\ny', '7: 3|z'])
  })

  it('given a ragged record of many lines, when read, then it is one problem, and the next is read', async () => {
    const items = await read('a,b\n1,"x\ny\nz",3\n2,y\n')
    expect(problems(items)).toEqual(['2: the row has 3 cells, the header has 2 (skipped up to line 4)'])
    expect(cells(items)).toEqual(['1: a|b', '5: 2|y'])
  })

  it('given a cell with a quote in its middle, when read, then it is reported', async () => {
    const items = await read('a,b\n1,5" and 6"\n2,y\n')
    expect(problems(items)).toEqual([expect.stringContaining('2: the row has quotes that do not match')])
    expect(cells(items)).toEqual(['1: a|b', '3: 2|y'])
  })

  it('given records longer than allowed, in a line or in many, when read, then they are reported', async () => {
    const long = 'x'.repeat(longestRecord)
    const lines = `${'y'.repeat(99)}\n`.repeat(longestRecord / 100)
    const items = await read(`a,b\n1,${long}\n2,y\n3,"${lines}${lines}\n4,y\n`)
    expect(problems(items)).toEqual([
      '2: the row is longer than 1,000,000 characters',
      expect.stringMatching(/^4: the row opens a quote that is not closed within 1,000,000 characters \(skipped/),
    ])
    expect(cells(items)).toEqual(['1: a|b', '3: 2|y', '20005: 4|y'])
  })

  it('given any text cut anywhere, when read, then it ends, and good records before the cut are there', async () => {
    const text = 'a,b\n1,"x ""y"" z"\n2,"p\nq"\n3,r\n'
    const whole = cells(await read(text))
    for (let end = 4; end <= text.length; end++) {
      const items = await read(text.slice(0, end))
      const complete = whole.filter((_, index) => end >= ([3, 17, 25, 29][index] ?? Infinity))
      expect(cells(items).slice(0, complete.length)).toEqual(complete)
    }
  })
})
