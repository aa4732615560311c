/** Analytics in REST. */
import type { ProcedureName, RestTable } from '../platform/rest/route.ts'
import type { createAnalyticsRouter } from './router.ts'

export const analyticsRest: RestTable<ProcedureName<ReturnType<typeof createAnalyticsRouter>>> = {
  about: 'What is looked at.',
  routes: [
    {
      method: 'get',
      path: '/trending',
      procedure: 'trending',
      summary: 'List what is trending',
      description: 'By views and reservations of the last hour, as counted at `asOf`.',
    },
  ],
}
