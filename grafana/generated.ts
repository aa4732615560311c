/** Every generated file, by its path in the checkout. */
import { rulesYaml } from '../prometheus/rules.ts'
import { dashboards } from './dashboards.ts'

export const generated: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(dashboards).map(([file, dashboard]) => [
      `grafana/dashboards/${file}`,
      `${JSON.stringify(dashboard, null, 2)}\n`,
    ]),
  ),
  'prometheus/rules.yml': rulesYaml,
}
