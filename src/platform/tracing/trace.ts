/** What is traced, for those who are. */
import type { Handler } from '../front.ts'

/** What is said of a span. */
export type Attributes = Record<string, string | number>

/** Runs `work` in a span below that of the request it is called in, if there is one. Names and attributes come from the code: no key, no value. */
export type Trace = <T>(
  name: string,
  attributes: Attributes,
  work: () => Promise<T>,
  /** What is known of it when it is done. */
  after?: () => Attributes,
) => Promise<T>

export interface Tracing {
  span: Trace
  /** A span that is over, and took so many ms. */
  past(name: string, attributes: Attributes, durationMs: number): void
  /** The span of a request, below that of its `traceparent` (W3C Trace Context), if it has one. */
  handler: Handler
  /** Sends what there is. Never rejects. */
  close(): Promise<void>
}
