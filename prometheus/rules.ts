/** The rules as Prometheus reads them: prometheus/rules.yml. */
import { stringify } from 'yaml'
import { alertRules } from './source/alerts.ts'
import { recordingRules } from './source/recording.ts'

const head = '# Made by "npm run dashboards" from prometheus/source. Change it there.\n'

export const rulesYaml: string =
  head +
  stringify(
    {
      groups: [
        { name: 'recorded', rules: recordingRules },
        { name: 'alerts', rules: alertRules },
      ],
    },
    { lineWidth: 0 },
  )
