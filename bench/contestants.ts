/**
 * Who takes part, in the order of the tables. A process imports the contestants it hosts, and no other. The variants
 * show a peer at its fastest where its default protects callers from each other by copying, and what options of
 * the connection cost or bring.
 */
import type { Opened, Setup } from './contestant.ts'

export interface Contestant {
  name: string
  /** What `--only` selects it by; its variants share it. */
  family: string
  /** A variant takes part in these rows only. Default: all. */
  rows?: readonly string[]
  /** Rejects with Unsupported when it cannot do what the row is about. */
  open(setup: Setup): Promise<Opened>
}

const copyFree = ['near', 'memory']
const roundTrips = ['redis', 'redis32', 'miss']

export const contestants: readonly Contestant[] = [
  {
    name: 'raw',
    family: 'raw',
    open: async (setup) => (await import('./contestants/raw.ts')).open(setup),
  },
  {
    name: 'raw, `commandTimeout`',
    family: 'raw',
    rows: roundTrips,
    open: async (setup) => (await import('./contestants/raw.ts')).open(setup, { commandTimeout: 2_000 }),
  },
  {
    name: 'raw, auto-pipelining',
    family: 'raw',
    rows: roundTrips,
    open: async (setup) => (await import('./contestants/raw.ts')).open(setup, { enableAutoPipelining: true }),
  },
  {
    name: 'engine',
    family: 'engine',
    open: async (setup) => (await import('./contestants/engine.ts')).open(setup),
  },
  {
    name: 'engine + metrics',
    family: 'engine',
    rows: ['metrics'],
    open: async (setup) => (await import('./contestants/engine.ts')).openObserved(setup),
  },
  {
    name: 'bentocache',
    family: 'bentocache',
    open: async (setup) => (await import('./contestants/bentocache.ts')).open(setup),
  },
  {
    name: 'bentocache, `serialize: false`',
    family: 'bentocache',
    rows: copyFree,
    open: async (setup) => (await import('./contestants/bentocache.ts')).open(setup, false),
  },
  {
    name: 'cachified',
    family: 'cachified',
    open: async (setup) => (await import('./contestants/cachified.ts')).open(setup),
  },
  {
    name: 'async-cache-dedupe',
    family: 'async-cache-dedupe',
    open: async (setup) => (await import('./contestants/async-cache-dedupe.ts')).open(setup),
  },
  {
    name: 'cacheable',
    family: 'cacheable',
    open: async (setup) => (await import('./contestants/cacheable.ts')).open(setup),
  },
  {
    name: 'cacheable, `useClone: false`',
    family: 'cacheable',
    rows: copyFree,
    open: async (setup) => (await import('./contestants/cacheable.ts')).open(setup, false),
  },
  {
    name: 'cache-manager',
    family: 'cache-manager',
    open: async (setup) => (await import('./contestants/cache-manager.ts')).open(setup),
  },
  {
    name: 'cache-manager, no JSON, `useClone: false`',
    family: 'cache-manager',
    rows: copyFree,
    open: async (setup) => (await import('./contestants/cache-manager.ts')).open(setup, false),
  },
]

/** By name. Throws when there is none. */
export function contestantNamed(name: string): Contestant {
  const contestant = contestants.find((each) => each.name === name)
  if (!contestant) throw new Error(`There is no contestant "${name}".`)
  return contestant
}

/** The number of a contestant's own Redis database. */
export function databaseOf(contestant: Contestant): number {
  return contestants.indexOf(contestant)
}
