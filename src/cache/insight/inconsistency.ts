/** What the consistency checker finds, and how it is asked: see consistency.ts and compare.ts. */

/** How long after the change, s: as labels. */
export const ages = ['0.1', '1', '10', '60'] as const
export type Age = (typeof ages)[number]

/** Where a read would have got its answer. */
export type Path = 'near' | 'redis'

export interface Older {
  path: Path
  /** Of the cached value and of the source's; null: it has none, or there is no value. */
  cached: number | null
  source: number | null
}

/** An inconsistency, as it was seen. */
export interface Inconsistency extends Older {
  key: string
}

/**
 * Compares, and if the cache seems older, once more after `pauseMs`: a change that is just being followed is none of
 * its faults. undefined: they agree, or it can't be said, as the source changed meanwhile. Rejects when Redis or the
 * source does not answer. `key` is the short one.
 */
export type Compare = (key: string, pauseMs: number) => Promise<Older | undefined>
