/** Caches by their names and entries by their keys: for people, who have nothing else. */
import type { Engine } from '../engine.ts'
import { NotPossibleError, RedisUnavailableError, UnknownCacheError } from '../errors.ts'
import { shortKey } from '../redis/keys.ts'
import type { WarmResult } from '../warm.ts'
import type { Probe } from './probe.ts'

/** All reject with UnknownCacheError, and with NotPossibleError when the cache, as it is set up, can't do it. */
export interface CacheAdmin {
  /** Without keys: everything in the cache. Rejects with RedisUnavailableError, too. */
  invalidate(cache: string, keys?: readonly string[]): Promise<void>
  /** What is there already is only read. */
  warm(cache: string, keys: readonly string[]): Promise<WarmResult>
  /** Whether its entries are for nobody's eyes. */
  isSealed(cache: string): boolean
}

type WarmKeys = ((keys: readonly string[]) => Promise<WarmResult>) | undefined

export interface Admin extends CacheAdmin {
  add(name: string, warmKeys: WarmKeys): void
  probeOf(name: string): Probe
}

export function createAdmin({ probes, switches }: Pick<Engine, 'probes' | 'switches'>): Admin {
  const caches = new Map<string, WarmKeys>()
  const named = (name: string) => {
    if (!caches.has(name)) throw new UnknownCacheError(name)
    return caches.get(name)
  }
  const probeOf = (name: string) => {
    named(name)
    const probe = probes.get(name)
    if (!probe) throw new NotPossibleError(`CACHE_MODE=${switches.mode} keeps nothing that could be looked at.`)
    return probe
  }
  return {
    add: (name, warmKeys) => void caches.set(name, warmKeys),
    probeOf,
    isSealed: (name) => probes.get(name)?.sealed ?? false,
    invalidate: async (name, keys) => {
      const probe = probeOf(name)
      if (!switches.on('invalidation')) throw new NotPossibleError('Invalidation is switched off (CACHE_DISABLE).')
      const done = keys ? probe.invalidate(keys.map(shortKey), 'admin') : probe.clear('admin')
      if (!(await done)) throw new RedisUnavailableError()
    },
    warm: async (name, keys) => {
      const warmKeys = named(name)
      if (!warmKeys) throw new NotPossibleError(`Cache "${name}" can't be warmed by keys.`)
      if (!switches.on('warming')) throw new NotPossibleError('Warming is switched off (CACHE_DISABLE).')
      return warmKeys(keys)
    },
  }
}
