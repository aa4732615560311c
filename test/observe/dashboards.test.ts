/** The dashboards and rules as files: what is committed is what the code makes, and each panel explains itself. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { dashboards } from '../../grafana/dashboards.ts'
import { generated } from '../../grafana/generated.ts'
import { panelsOf } from './panels.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(root + path, 'utf8')

describe('generated files', () => {
  it.each(Object.entries(generated))('given %s, when made anew, then it is what is committed', (path, text) => {
    expect(existsSync(root + path) && read(path) === text, 'run: npm run dashboards').toBe(true)
  })
})

describe.each(Object.entries(dashboards))('the dashboard %s', (file, dashboard) => {
  const panels = panelsOf(dashboard)

  it('given a panel, when read, then it says what good looks like, and asks the provisioned Prometheus', () => {
    const { datasources } = parse(read('grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { uid: string }[]
    }
    expect(panels.length).toBeGreaterThan(8)
    for (const { title, description, datasource, targets } of panels) {
      expect(description, title).toMatch(/Good: .*[.?]$/)
      expect(datasource?.uid, title).toBe(datasources[0]?.uid)
      expect(targets.length, title).toBeGreaterThan(0)
    }
    const titles = panels.map(({ title }) => title)
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
  })

  it('given its panels, when laid out, then none lies on another, and ids are unique', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true)
    const ids = (dashboard.panels ?? []).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('given its links, when followed, then the other dashboards show the same time', () => {
    expect(dashboard.links).toMatchObject([{ type: 'dashboards', tags: dashboard.tags, keepTime: true }])
    expect(`${dashboard.uid}.json`).toBe(file)
  })
})

it('given the panels that the README’s table of patterns names, when looked for, then each is there', () => {
  const table = read('README.md').split('| pattern |')[1]?.split('\n\n')[0] ?? ''
  const named = table
    .split('\n')
    .slice(2)
    .flatMap((row) => row.split('|').at(-2)?.trim() || [])
  const titles = Object.values(dashboards).flatMap((dashboard) => panelsOf(dashboard).map(({ title }) => title))
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter((name) => !titles.includes(name))).toEqual([])
})
