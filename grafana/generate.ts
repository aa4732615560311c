/** `npm run dashboards`: writes the dashboards and the rules. What they ask for is in grafana/source and prometheus/source. */
import { writeFileSync } from 'node:fs'
import { generated } from './generated.ts'

for (const [path, text] of Object.entries(generated)) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text)
  console.log(path)
}
