import { chmodSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { Manifest, Row } from '../load-tests/report/comparison.ts'
import { exec } from '../scripts/stack/exec.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), 'load-compare-test-'))
chmodSync(dataDir, 0o755) // Postgres may run as another account

const results = () => globSync('load-tests/results/*-catalog-read/comparison.json', { cwd: root })
const before = new Set(results())
const made = () => results().filter((path) => !before.has(path))

afterAll(() => {
  rmSync(dataDir, { recursive: true, force: true })
  for (const path of made()) rmSync(join(root, dirname(path)), { recursive: true, force: true })
})

describe('a comparison', () => {
  it('given full and off, when the same load goes to each, then off asks Postgres for each read, and reports are there', async () => {
    const options = '--compare full,off --engine node --seed 3 --products 200 --duration 4 --warm-up 2 --rate 40'
    const said = await exec(process.execPath, ['scripts/load.ts', 'catalog-read', ...options.split(' ')], {
      cwd: root,
      env: { ...process.env, DATA_DIR: dataDir },
    })
    expect(said).toMatch(/^Postgres queries per request +\d/m)

    const [path = ''] = made()
    const folder = join(root, dirname(path))
    const read = <T>(file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T
    const [full, off] = read<Row[]>('comparison.json')
    expect([full?.variant, off?.variant]).toEqual(['full', 'off'])
    for (const row of [full, off]) {
      expect(row?.figures).toMatchObject({ offered: expect.closeTo(40, 0), errors: 0, dropped: 0 })
      expect(row?.runs[0]?.summary).toMatchObject({ seed: 3, iterations: 160, checks: full?.runs[0]?.summary.checks })
    }
    expect(full?.figures.hitRatio).toBeGreaterThan(0.5)
    expect(off?.figures.statementsPerRequest).toBeGreaterThan(1)
    expect(off?.figures.statementsPerRequest).toBeGreaterThan(1.5 * (full?.figures.statementsPerRequest ?? 0))
    expect(read<Manifest>('manifest.json')).toMatchObject({
      Variants: 'full · off',
      Command: expect.stringContaining(options),
    })
    for (const file of ['report.html', 'report.md']) expect(existsSync(join(folder, file))).toBe(true)
  }, 120_000)
})
