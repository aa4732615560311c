/** A comparison as one page that needs nothing from elsewhere: no script, no font, no picture. */
import { barChart } from './bar-chart.ts'
import { cellsOf } from './cells.ts'
import type { Comparison, Row } from './comparison.ts'
import { escapeText } from './escape.ts'
import { lineChart } from './line-chart.ts'
import { particulars } from './markdown.ts'
import { panels, seriesOf } from './series.ts'
import { style } from './style.ts'

export function html({ title, story, manifest, rows }: Comparison): string {
  const facts = Object.entries(manifest).map(
    ([name, value]) => `<dt>${escapeText(name)}</dt><dd>${escapeText(value.replaceAll('`', ''))}</dd>`,
  )
  const legend = rows.map(({ variant }, index) => `<li><i class="key-${index}"></i>${escapeText(variant)}</li>`)
  const details = particulars(rows)
    .split('\n')
    .map((line) => `<li>${escapeText(line.replace(/^- /, ''))}</li>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeText(title)}</h1>
${story.map((paragraph) => `<p>${escapeText(paragraph)}</p>`).join('\n')}
<div class="scroll">${table(rows)}</div>
<h2>Over the measured time</h2>
<ul class="legend">${legend.join('')}</ul>
<div class="charts">
${[latencies(rows), ...lines(rows)].join('\n')}
</div>
<h2>What else was counted</h2>
<ul>${details.join('\n')}</ul>
<h2>What Postgres was asked most often</h2>
${rows.map(statements).join('\n')}
<h2>Circumstances</h2>
<dl class="facts">${facts.join('\n')}</dl>
</body>
</html>
`
}

function table(rows: readonly Row[]): string {
  const [head = [], ...lines] = cellsOf(rows)
  const names = head.map((name) => `<th scope="col">${escapeText(name)}</th>`)
  const body = lines.map(([name = '', ...cells]) => {
    const values = cells.map((cell) => `<td>${escapeText(cell)}</td>`)
    return `<tr><th scope="row">${escapeText(name)}</th>${values.join('')}</tr>`
  })
  return `<table><thead><tr>${names.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table>`
}

/** Of the last round. */
function statements({ variant, runs }: Row): string {
  const asked = runs.at(-1)?.statements ?? []
  const items = asked.map(
    ({ calls, ms, text }) =>
      `<tr><td>${calls}</td><td>${ms.toFixed(0)} ms</td><th scope="row"><code>${escapeText(text)}</code></th></tr>`,
  )
  const head = '<tr><th scope="col">times</th><th scope="col">together</th><th scope="col">statement</th></tr>'
  const table = `<div class="scroll"><table class="statements"><thead>${head}</thead><tbody>${items.join('\n')}</tbody></table></div>`
  return `<details><summary>${escapeText(variant)}</summary>${table}</details>`
}

function latencies(rows: readonly Row[]): string {
  const bars = rows.map(({ variant, figures: { p50, p95, p99 } }) => ({ name: variant, values: [p50, p95, p99] }))
  return barChart({ title: 'Latency', unit: 'ms', groups: ['p50', 'p95', 'p99'], bars })
}

/** Of the last round of each. */
function lines(rows: readonly Row[]): string[] {
  const last = rows.flatMap(({ variant, runs }) => runs.slice(-1).map((run) => ({ variant, run })))
  const seconds = Math.max(1, ...last.map(({ run }) => run.summary.seconds))
  const first = last[0]?.run
  const began = Date.parse(first?.summary.startedAt ?? '')
  const marks = (first?.happenings ?? []).map(({ at, what }) => ({ second: (at - began) / 1_000, what }))
  return panels.map((panel) =>
    lineChart({
      title: panel.title,
      unit: panel.unit,
      lines: last.map(({ variant, run }) => seriesOf(variant, run, panel)),
      marks,
      seconds,
      top: panel.top,
    }),
  )
}
