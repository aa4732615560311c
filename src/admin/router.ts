/** The procedures for admins of the cache. Each call is logged: who, what, and how it ended; never a value. */
import type { Cache } from '../cache/cache.ts'
import type { WarmResult } from '../cache/warm.ts'
import type { Who } from '../platform/access.ts'
import { type Context, type Procedures, router } from '../platform/trpc.ts'
import { noWarming, redisUnavailable, told } from './errors.ts'
import { inspectInput, invalidateInput, warmInput } from './schema.ts'

export interface CacheRouterDeps {
  cache: Cache
  procedures: Procedures
  /** Begins the warming of the start once more; undefined: there is none. */
  warm: (() => void) | undefined
}

export function createCacheRouter({ cache, procedures: { admin }, warm }: CacheRouterDeps) {
  /** Keys are part of what was done, but those of sealed caches may be secrets. */
  const named = (name: string, keys?: readonly string[]) => {
    const shown = cache.admin.isSealed(name) ? undefined : keys?.slice(0, 10).map((key) => key.slice(0, 100))
    return { cache: name, ...(keys && { count: keys.length }), ...(shown && { keys: shown }) }
  }

  return router({
    report: admin.query(({ ctx }) => audited(ctx, { action: 'report' }, () => cache.report())),

    inspect: admin
      .input(inspectInput)
      .query(({ ctx, input }) =>
        audited(ctx, { action: 'inspect', ...named(input.cache, [input.key]) }, () =>
          cache.inspect(input.cache, input.key),
        ),
      ),

    invalidate: admin.input(invalidateInput).mutation(({ ctx, input }) => {
      if ('tag' in input) {
        return audited(ctx, { action: 'invalidate', tag: input.tag }, async () => {
          if (!(await cache.invalidateTag(input.tag, 'admin'))) throw redisUnavailable()
          return { invalidated: true as const }
        })
      }
      return audited(ctx, { action: 'invalidate', ...named(input.cache, input.keys) }, async () => {
        await cache.admin.invalidate(input.cache, input.keys)
        return { invalidated: true as const }
      })
    }),

    warm: admin.input(warmInput).mutation(({ ctx, input }): Promise<WarmResult | { started: true }> => {
      if (!input || !('cache' in input)) {
        return audited(ctx, { action: 'warm' }, async () => {
          if (!warm) throw noWarming()
          warm()
          return { started: true }
        })
      }
      return audited(ctx, { action: 'warm', ...named(input.cache, input.keys) }, () =>
        cache.admin.warm(input.cache, input.keys),
      )
    }),
  })
}

async function audited<T>(
  { who, requestId, log }: Context & { who: Who },
  what: object,
  act: () => Promise<T>,
): Promise<T> {
  const audit = { role: who.role, actor: who.userId, requestId, ...what }
  try {
    const result = await act()
    log().info({ audit }, 'cache admin')
    return result
  } catch (error) {
    log().warn({ audit, err: error }, 'cache admin: failed')
    throw told(error)
  }
}
