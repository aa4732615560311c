/** All dashboards, by the file they are written to. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { cacheDashboard } from './source/cache.ts'
import { loadTest } from './source/load-test.ts'
import { runtime } from './source/runtime.ts'
import { service } from './source/service.ts'

export const dashboards: Record<string, Dashboard> = {
  'service.json': service,
  'cache.json': cacheDashboard,
  'runtime.json': runtime,
  'load-test.json': loadTest,
}
