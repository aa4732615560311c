/** Managing the cache, put together: the only file of this folder that others import. */
import { type CacheRouterDeps, createCacheRouter } from './router.ts'

export const createAdmin = (deps: CacheRouterDeps) => ({ router: createCacheRouter(deps) })
