/** docs/dashboards.md: the pictures, and what they are pictures of. */
import { items, machine } from '../../scripts/fleet/machine.ts'
import type { Picture } from './draw.ts'
import { version } from './version.ts'

/** `facts`: of the load. */
export function documentOf(pictures: readonly Picture[], facts: Record<string, string>): string {
  return `# The dashboards, in pictures

Made by \`npm run preview\`. These are the shipped files of [grafana/dashboards](../grafana/dashboards/cache.json), drawn
by Grafana's published components (@grafana/ui ${version('@grafana/ui')}) in a headless Chromium, over figures of a real
Prometheus with the shipped configuration. They are not screenshots of Grafana: what lies around the panels is ours
([how, and what may differ](decisions/0041-pictures-without-grafana.md)). To see them in Grafana itself:
\`docker compose --profile observe up\`. To draw what a running \`npm run observe\` has collected:
\`npm run preview -- --prometheus http://127.0.0.1:9090\`.

${items({ ...machine(), ...facts })}

${pictures.map(sectionOf).join('\n\n')}
`
}

function sectionOf({ file, title, description, empty }: Picture): string {
  const lines = [`## ${title}`, description, `![The dashboard ${title}](dashboards/${file})`]
  if (empty.length > 0) lines.push(`Nothing to show in: ${empty.join(', ')}.`)
  return lines.join('\n\n')
}
