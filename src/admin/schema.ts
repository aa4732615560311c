/** What the procedures for admins of the cache take. Answers are the engine's own. */
import { z } from 'zod'

const cache = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be the name of a cache')
const noNul = (value: string) => !value.includes('\0')
/** As the cache's `key` gives it: a product's slug, for one. */
const key = z.string().max(4_000).refine(noNul, 'must not contain a NUL character')
const tag = z.string().min(1).max(400).refine(noNul, 'must not contain a NUL character')

export const inspectInput = z.strictObject({ cache, key })

/** Keys of a cache, all of it, or all that bears a tag, in any cache. */
export const invalidateInput = z.union([
  z.strictObject({ cache, keys: z.array(key).min(1).max(100).optional() }),
  z.strictObject({ tag: tag.refine((name) => !name.startsWith('@'), 'must not begin with @') }),
])

/** Without anything: what is warmed at the start. */
export const warmInput = z
  .strictObject({ cache, keys: z.array(key).min(1).max(1_000) })
  .or(z.strictObject({}))
  .optional()
