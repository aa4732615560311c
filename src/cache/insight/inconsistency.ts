/** Types of the consistency checker: see consistency.ts and compare.ts. */

/** Age of a change when it is compared, s; label values of the metrics. */
export const ages = ['0.1', '1', '10', '60'] as const
export type Age = (typeof ages)[number]

/** The store that a read would be answered from. */
export type Path = 'near' | 'redis'

export interface Older {
  path: Path
  /** Versions of the cached value and of the source's; null: no version, or no value. */
  cached: number | null
  source: number | null
}

/** `key` is the short one. */
export interface Inconsistency extends Older {
  key: string
}

/**
 * Compares the cached value of a short key with its source. If the cached value seems older, compares again after
 * `pauseMs`: an invalidation that is on its way is no inconsistency. Returns undefined if the two agree, or if the source
 * changed meanwhile. Rejects if Redis or the source does not answer.
 */
export type Compare = (key: string, pauseMs: number) => Promise<Older | undefined>
