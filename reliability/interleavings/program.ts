/** Programs: a few instances, entries and tags, any combination of options, and a few operations. */
import * as fc from 'fast-check'

/** The options of the cache. */
export interface CacheChoices {
  /** Written through, with versions; else cache-aside. */
  writeThrough: boolean
  /** `before: 'remove'`. */
  removeBefore: boolean
  /** A cache-aside whose entries have a version, too. */
  versioned: boolean
  near: boolean
  decodeOnce: boolean
  tags: boolean
  sealed: boolean
  negative: boolean
  /** `maxTtlMs`: no grace. */
  bounded: boolean
  /** The second instance has the next schema. */
  nextSchema: boolean
}

export type Connection = 'client' | 'subscriber' | 'tracker'

/** `at`: the instance; `key` and `tag`: by their numbers. */
export type Operation =
  | { do: 'get'; at: number; key: number }
  | { do: 'getMany'; at: number }
  | { do: 'peek'; at: number; key: number }
  | { do: 'refresh'; at: number; key: number }
  /** Changes the row, then invalidates. */
  | { do: 'change'; at: number; key: number; to: 'row' | 'nothing' }
  /** Changes what the entries of a tag show, then invalidates the tag. */
  | { do: 'changeTag'; at: number; tag: number }
  /** Changes what all entries show, then clears the cache. */
  | { do: 'clear'; at: number }
  | { do: 'write'; at: number; key: number; to: 'row' | 'nothing' | 'failure' | 'lost' }
  | { do: 'storeAfter'; at: number; key: number; to: 'row' | 'nothing' }
  /** The next load of the key fails, or never answers. */
  | { do: 'failLoad'; key: number; hangs: boolean }
  /** The key is evicted, or its time is over. */
  | { do: 'evict'; key: number; what: 'value' | 'lease' | 'pending' }
  | { do: 'evictControl'; which: number }
  /** `lost`: what was sent and has not reached Redis never does. */
  | { do: 'disconnect'; at: number; connection: Connection; lost: boolean }
  | { do: 'restart'; at: number; lost: boolean }
  | { do: 'pass'; ms: number }
  | { do: 'flush' }
  /** Redis forgets the scripts. */
  | { do: 'forgetScripts' }

export interface Program {
  cache: CacheChoices
  instances: number
  /** For each key: the version its row begins with; null: there is none. */
  rows: (number | null)[]
  /** For each key: its tag. */
  tagOf: number[]
  /** So many instances read key 0, one after the other, before anything else: then there is something to go wrong. */
  warm: number
  operations: Operation[]
  /** One number for each decision which step is next: see chooser.ts. When the numbers run out: 0, the oldest step. */
  choices: number[]
  /** Priorities of the lanes, in turn; empty: all are equal, and `choices` decide. */
  priorities: number[]
  /** For jitter and early expiry, in turn. */
  random: number[]
}

type Kind = Operation['do']

/** The more often one is here, the more often it is tried. */
const kinds: readonly Kind[] = [
  ...often<Kind>('change', 'changeTag', 'write', 'storeAfter', 'disconnect'),
  'getMany',
  'peek',
  'refresh',
  'clear',
  'failLoad',
  'evict',
  'evictControl',
  'forgetScripts',
  'restart',
  'pass',
  'flush',
]

function often<T>(...items: T[]): T[] {
  return [...items, ...items, ...items]
}

/** Everything an operation may need; its kind takes what it needs. */
const details = fc.record({
  kind: fc.nat({ max: 11 }),
  at: fc.nat({ max: 2 }),
  key: fc.constantFrom(0, 0, 0, 0, 0, 1),
  tag: fc.constantFrom(0, 0, 0, 0, 0, 1),
  to: fc.constantFrom<'row' | 'nothing' | 'failure' | 'lost'>(
    'row',
    'row',
    'row',
    'row',
    'row',
    'nothing',
    'failure',
    'lost',
  ),
  what: fc.constantFrom<'value' | 'lease' | 'pending'>('value', 'lease', 'pending'),
  which: fc.nat({ max: 5 }),
  connection: fc.constantFrom<Connection>('client', 'subscriber', 'tracker'),
  lost: fc.boolean(),
  ms: fc.constantFrom(60, 300, 1_100, 2_100, 7_500, 700_000),
})

const mostly = fc.constantFrom(true, true, false)

/**
 * Programs. Each has but a few kinds of operations (swarm testing: Groce et al., ISSTA 2012), reads always among them:
 * with all kinds in each, the rare meeting of two of them is hardly ever tried.
 */
export const anyProgram: fc.Arbitrary<Program> = fc
  .record({
    cache: fc.record({
      writeThrough: fc.boolean(),
      removeBefore: fc.boolean(),
      versioned: fc.boolean(),
      near: mostly,
      decodeOnce: fc.boolean(),
      tags: mostly,
      sealed: fc.boolean(),
      negative: mostly,
      bounded: fc.boolean(),
      nextSchema: fc.boolean(),
    }),
    instances: fc.constantFrom(2, 2, 2, 3),
    warm: fc.constantFrom(0, 1, 1, 2),
    rows: fc.array(fc.constantFrom(1, 1, 1, 0, null), { minLength: 2, maxLength: 2 }),
    tagOf: fc.array(fc.constantFrom(0, 0, 0, 1), { minLength: 2, maxLength: 2 }),
    chosen: fc.subarray([...kinds], { minLength: 1, maxLength: 3 }),
    operations: fc.array(details, { minLength: 2, maxLength: 14, size: 'max' }),
    choices: fc.array(fc.nat({ max: 29 }), { maxLength: 160, size: 'max' }),
    priorities: fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat({ max: 15 }), { minLength: 3, maxLength: 23 })),
    random: fc.array(fc.constantFrom(0, 0, 0.5, 0.999), { maxLength: 8 }),
  })
  .map(({ chosen, operations, ...rest }) => {
    const used: Kind[] = ['get', 'get', ...chosen]
    return { ...rest, operations: operations.map(({ kind, ...some }) => take(used[kind % used.length] as Kind, some)) }
  })

type Details = Omit<typeof details extends fc.Arbitrary<infer T> ? T : never, 'kind'>

function take(kind: Kind, { at, key, tag, to, what, which, connection, lost, ms }: Details): Operation {
  const change = to === 'nothing' ? 'nothing' : 'row'
  switch (kind) {
    case 'get':
    case 'peek':
    case 'refresh':
      return { do: kind, at, key }
    case 'getMany':
    case 'clear':
      return { do: kind, at }
    case 'change':
    case 'storeAfter':
      return { do: kind, at, key, to: change }
    case 'write':
      return { do: kind, at, key, to }
    case 'changeTag':
      return { do: kind, at, tag }
    case 'failLoad':
      return { do: kind, key, hangs: lost }
    case 'evict':
      return { do: kind, key, what }
    case 'evictControl':
      return { do: kind, which }
    case 'disconnect':
      return { do: kind, at, connection, lost }
    case 'restart':
      return { do: kind, at, lost }
    case 'pass':
      return { do: kind, ms }
    case 'flush':
    case 'forgetScripts':
      return { do: kind }
  }
}
