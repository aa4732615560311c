/** Queries as spans, under the names they have in the metrics: neither their text nor their values. */
import type { Database } from '../db.ts'
import type { Tracing } from './trace.ts'

export const traceDatabase = (db: Database, { span }: Tracing): Database => ({
  ...db,
  measure: (operation, work) =>
    span(`sql ${operation}`, { 'db.system.name': 'postgresql', 'db.operation.name': operation }, () =>
      db.measure(operation, work),
    ),
})
