import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { variables } from '../src/config.ts'

const documents = globSync(['*.md', 'docs/**/*.md', 'load-tests/*.md', 'src/**/*.md'])
const read = (path: string) => readFileSync(path, 'utf8')
const scripts = new Set(Object.keys(packageJson.scripts))

describe('the documents', () => {
  it.each(documents)('given %s, when its links are followed, then each leads to a file', (path) => {
    const links = [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '')
    expect(links.filter((link) => !existsSync(join(dirname(path), link)))).toEqual([])
  })

  it.each(documents)('given %s, when its npm commands are looked up, then each exists', (path) => {
    const names = [...read(path).matchAll(/npm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    )
    expect(names.filter((name) => !scripts.has(name))).toEqual([])
  })

  it('given the configuration table, when compared with the code, then it has every variable and no other', () => {
    const table = read('README.md').split('## Configuration')[1]?.split('##')[0] ?? ''
    const rows = table.split('\n').filter((line) => line.startsWith('| `'))
    const named = rows.flatMap((row) => [...row.matchAll(/`([A-Z][A-Z_]+)`/g)].map((match) => match[1]))
    expect(named.sort()).toEqual([...variables].sort())
  })

  it('given the quoted tests of the pattern table, when looked for, then each is there', () => {
    const rows = read('README.md').split('\n')
    const quotes = rows.flatMap((row) => [...row.matchAll(/\]\((test\/[^)]+)\) “([^”]+)”/g)])
    expect(quotes.length).toBeGreaterThan(3)
    expect(quotes.filter(([, path = '', title = '']) => !read(path).includes(title)).map(([text]) => text)).toEqual([])
  })
})
