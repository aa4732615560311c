/** Administration of caches by name and of entries by key. Checks the request; the caches' own methods do the work. */
import type { Engine } from '../engine.ts'
import { NotPossibleError, RedisUnavailableError, UnknownCacheError } from '../errors.ts'
import { shortenKey } from '../redis/keys.ts'
import type { WarmResult } from '../warm.ts'
import type { Probe } from './probe.ts'

/** Methods reject with UnknownCacheError, and with NotPossibleError if the options or the switches do not allow it. */
export interface CacheAdmin {
  /** Invalidates the entries of `keys`, or all entries without `keys`. Also rejects with RedisUnavailableError. */
  invalidate(cache: string, keys?: readonly string[]): Promise<void>
  /** Loads the entries that are not cached. */
  warm(cache: string, keys: readonly string[]): Promise<WarmResult>
  /** Whether the cache is sealed: its values must not be shown. */
  isSealed(cache: string): boolean
}

/** undefined: the cache cannot be warmed by keys. */
type WarmKeys = ((keys: readonly string[]) => Promise<WarmResult>) | undefined

export interface Admin extends CacheAdmin {
  /** Registers a declared cache. */
  register(name: string, warmKeys: WarmKeys): void
  /** Returns the probe of a cache; throws the errors above. */
  getProbe(name: string): Probe
}

export function createAdmin({ probes, switches }: Pick<Engine, 'probes' | 'switches'>): Admin {
  const caches = new Map<string, WarmKeys>()
  const getWarmKeys = (name: string) => {
    if (!caches.has(name)) throw new UnknownCacheError(name)
    return caches.get(name)
  }
  const getProbe = (name: string) => {
    getWarmKeys(name)
    const probe = probes.get(name)
    if (!probe) throw new NotPossibleError(`CACHE_MODE=${switches.mode} has no entries to inspect or invalidate.`)
    return probe
  }
  return {
    register: (name, warmKeys) => void caches.set(name, warmKeys),
    getProbe,
    isSealed: (name) => probes.get(name)?.sealed ?? false,
    invalidate: async (name, keys) => {
      const probe = getProbe(name)
      if (!switches.isOn('invalidation')) throw new NotPossibleError('Invalidation is switched off (CACHE_DISABLE).')
      const isDone = keys ? probe.invalidate(keys.map(shortenKey), 'admin') : probe.clear('admin')
      if (!(await isDone)) throw new RedisUnavailableError()
    },
    warm: async (name, keys) => {
      const warmKeys = getWarmKeys(name)
      if (!warmKeys) throw new NotPossibleError(`Cache "${name}" cannot be warmed by keys: it declares no fromKey.`)
      if (!switches.isOn('warming')) throw new NotPossibleError('Warming is switched off (CACHE_DISABLE).')
      return warmKeys(keys)
    },
  }
}
