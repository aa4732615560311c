/** Switches for the mechanisms of the engine. For study and load tests: switch one off and compare. */

/** `full`: all mechanisms. `naive`: GET and SET with one TTL, as most applications do. `off`: no cache. */
export const cacheModes = ['full', 'naive', 'off'] as const

/** The mechanisms that CACHE_DISABLE can switch off one by one. */
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
  isOn(mechanism: Mechanism): boolean
}

/** Creates the switches for a mode. `disabled` applies to `full` only; in the other modes every mechanism is off. */
export function createSwitches(mode: CacheMode = 'full', disabled: readonly Mechanism[] = []): Switches {
  const off = new Set(mode === 'full' ? disabled : mechanisms)
  return { mode, isOn: (mechanism) => !off.has(mechanism) }
}
