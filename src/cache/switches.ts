/** Which mechanisms are on. For study and load tests: switch one off, and see what it was good for. */

/** `naive` is GET and SET with one TTL for everything and nothing else: what most code does. */
export const cacheModes = ['full', 'naive', 'off'] as const

/** Each can be switched off by itself. */
export const mechanisms = [
  'near',
  'coalescing',
  'fencing',
  'early-expiry',
  'jitter',
  'negative',
  'invalidation',
  'warming',
] as const

export type CacheMode = (typeof cacheModes)[number]
export type Mechanism = (typeof mechanisms)[number]

export interface Switches {
  mode: CacheMode
  on(mechanism: Mechanism): boolean
}

/** The switches for a mode and a list of mechanisms to leave out. */
export function createSwitches(mode: CacheMode = 'full', disabled: readonly Mechanism[] = []): Switches {
  const off = new Set(mode === 'full' ? disabled : mechanisms)
  return { mode, on: (mechanism) => !off.has(mechanism) }
}
