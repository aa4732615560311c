/** The pictures of the dashboards: nothing in them is left out because the preview does not know it. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dashboards } from '../../grafana/dashboards.ts'
import { drawablePanels, graphOptions, standardOptions } from '../../grafana/preview/drawable.ts'

interface DrawnPanel {
  type: string
  title: string
  fieldConfig?: { defaults: Record<string, unknown> & { thresholds?: { steps: unknown[] }; custom?: object } }
}

describe.each(Object.entries(dashboards))('the picture of %s', (file, { panels = [], title }) => {
  const drawn = panels as unknown as DrawnPanel[]

  it('given its panels, when their types are looked up, then the preview can draw each', () => {
    const types = drawn.map(({ type }) => type)
    expect(types.filter((type) => !(drawablePanels as readonly string[]).includes(type))).toEqual([])
  })

  it('given the options of its fields, when looked up, then the preview honours each', () => {
    const known = new Set<string>([...standardOptions, ...graphOptions.map((id) => `custom.${id}`)])
    const given = drawn.flatMap(({ fieldConfig }) => {
      const { custom = {}, ...standard } = fieldConfig?.defaults ?? {}
      return [...Object.keys(standard), ...Object.keys(custom).map((id) => `custom.${id}`)]
    })
    expect(given.length).toBeGreaterThan(0)
    expect(given.filter((id) => !known.has(id))).toEqual([])
  })

  it('given a figure, when Grafana colours it, then by thresholds of its own: without, 80 of anything is red', () => {
    const figures = drawn.filter(({ type }) => type === 'stat')
    expect(figures.filter(({ fieldConfig }) => !fieldConfig?.defaults.thresholds?.steps.length)).toEqual([])
  })

  it('given the page of pictures, when read, then it is there', () => {
    const page = readFileSync(new URL('../../docs/dashboards.md', import.meta.url), 'utf8')
    expect(page).toContain(`![The dashboard ${title}](dashboards/${file.replace('.json', '.png')})`)
  })
})
