/**
 * What all callers of the history share: reads that are registered while there is something to read, and changes whose
 * versions are known beforehand. Each key has one writer.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Ask, Asked } from './ask.ts'
import type { Bound } from './bounds.ts'
import type { Recorder } from './recorder.ts'
import type { World } from './world.ts'

export interface Stage {
  ask: Ask
  recorder: Recorder
  world: World
  bases: readonly string[]
  staff: string
  admin: string
  /** Survives all faults. */
  sql: pg.Pool
  /** Another client of the same Postgres. */
  importer: pg.Pool
  readers: Reader[]
  /** Those that go on while the history is quiet. */
  quietReaders: Reader[]
  /** Whether all callers pause but those that rename one category: what others void would heal a near cache. */
  isQuiet(): boolean
  ended(): boolean
}

/** One question to one process, recorded. */
export type Reader = (look: Look) => Promise<unknown>

export interface Look {
  client: number
  base: string
  /** `entry` tells apart the entries that a procedure reads, if it has several. */
  query<T>(procedure: string, input: unknown, options?: { token?: string; entry?: string }): Promise<Seen<T>>
}

export interface Seen<T> extends Asked<T> {
  /** Records that the answer showed version `got` of `key`. `cache`: where it came from; undefined: from Postgres. */
  shows(key: string, got: number, bound: Bound, cache?: string): void
  /** The same for what is only there or not, in turn: versions are odd while it is there, and even while it is not. */
  showsState(key: string, isThere: boolean, bound: Bound, cache?: string): void
  /** Records the age of an answer that tells it. */
  isAged(ageMs: number, bound: Bound, cache: string): void
}

export const pick = <T>(items: readonly T[]) => items[Math.floor(Math.random() * items.length)] as T
export const upTo = (ms: number) => delay(Math.random() * ms)

/** The newest version that agrees with what was seen: the answer is given the benefit of the doubt. */
function versionOf(isThere: boolean, newest: number): number {
  if ((newest % 2 === 1) === isThere) return newest
  return newest === 0 ? 1 : newest - 1
}

export function createLook({ ask, recorder, bases }: Stage, client: number): Look {
  const base = pick(bases)
  return {
    client,
    base,
    query: async <T>(
      procedure: string,
      input: unknown,
      { token = undefined as string | undefined, entry = '' } = {},
    ) => {
      const began = performance.now()
      const answer = await ask.query<T>(base, procedure, input, token)
      const source = { client, base, via: entry ? `${procedure} (${entry})` : procedure, began }
      return {
        ...answer,
        shows: (key, got, bound, cache) => recorder.read({ ...source, key, got, bound, cache }),
        showsState: (key, isThere, bound, cache) => {
          const got = versionOf(isThere, recorder.newest(key))
          recorder.read({ ...source, key, got, bound, cache, isGuess: true })
        },
        isAged: (ageMs, bound, cache) => recorder.aged({ ...source, bound, cache }, ageMs),
      }
    },
  }
}

/** One caller that reads: any of the registered reads, at any process, until the history ends. */
export async function read(stage: Stage, client: number): Promise<void> {
  while (!stage.ended()) {
    const reader = pick(stage.isQuiet() ? stage.quietReaders : stage.readers)
    if (reader) await reader(createLook(stage, client))
    await upTo(8)
  }
}

/** The pause of a caller that changes something: up to `ms`, and for as long as the history is quiet. */
export async function rest(stage: Pick<Stage, 'isQuiet' | 'ended'>, ms: number): Promise<void> {
  await upTo(ms)
  while (stage.isQuiet() && !stage.ended()) await delay(20)
}

const unwatched = { shows: () => {}, showsState: () => {}, isAged: () => {} }

/** Registers a read; returns the function that ends it. What is answered after that is not recorded. */
export function watch({ readers, quietReaders }: Stage, reader: Reader, { isQuiet = false } = {}): () => void {
  let isWatched = true
  const watched: Reader = (look) => {
    const query: Look['query'] = async (...asked) => {
      const seen = await look.query<never>(...asked)
      return isWatched ? seen : unwatched
    }
    return reader({ ...look, query })
  }
  readers.push(watched)
  if (isQuiet) quietReaders.push(watched)
  return () => {
    isWatched = false
    readers.splice(readers.indexOf(watched), 1)
  }
}

export interface Change {
  procedure: string
  input: unknown
  /** The keys that it changes, and their versions after it. */
  versions: Record<string, number>
  /** Default: the staff's. Empty: none. */
  token?: string
}

const conflict = 'VERSION_CONFLICT'

/** The outcome of a change. `happened`: an earlier attempt did it, without an acknowledgement. `unknown`: no answer. */
export type Outcome<T> = { state: 'acknowledged'; data: T } | { state: 'happened' | 'unknown' | 'refused' }

/** Asks for a change once. A refusal is a violation: nothing else changes these keys. */
export async function change<T>(stage: Stage, asked: Change): Promise<Outcome<T>> {
  const { data, refused } = await attempt<T>(stage, asked)
  if (data !== undefined) return { state: 'acknowledged', data }
  if (!refused) return { state: 'unknown' }
  return refuse(stage, asked, refused)
}

/**
 * Asks for a change that says what it expects, until the answer tells whether it happened. `conflicts`: refusals of a
 * change that has happened already, beside VERSION_CONFLICT. `unknown`: the history has ended.
 */
export async function insist<T>(stage: Stage, asked: Change, ...conflicts: string[]): Promise<Outcome<T>> {
  let isUnsure = false
  while (!stage.ended()) {
    const { data, refused } = await attempt<T>(stage, asked)
    if (data !== undefined) return { state: 'acknowledged', data }
    if (refused && isUnsure && [conflict, ...conflicts].includes(refused)) return { state: 'happened' }
    if (refused) return refuse(stage, asked, refused)
    isUnsure = true
  }
  return { state: 'unknown' }
}

async function refuse({ recorder }: Stage, asked: Change, reason: string): Promise<{ state: 'refused' }> {
  recorder.violate('refused', `${asked.procedure} of ${Object.keys(asked.versions)}: ${reason}`)
  await delay(50)
  return { state: 'refused' }
}

async function attempt<T>({ ask, recorder, bases, staff }: Stage, asked: Change): Promise<Asked<T>> {
  const { procedure, input, versions, token = staff } = asked
  const all = Object.entries(versions)
  for (const [key, version] of all) recorder.attempt(key, version)
  const answer = await ask.mutate<T>(pick(bases), procedure, input, token)
  if (answer.data !== undefined) for (const [key, version] of all) recorder.acknowledged(key, version)
  return answer
}

/**
 * For a change without an expected version: a request without an answer may still be carried out later, and undo a newer
 * one. So its keys are given up, and the caller begins a new life with new ones: `live` returns, and is called again.
 */
export async function lives(stage: Stage, live: (life: number) => Promise<unknown>): Promise<void> {
  for (let life = 0; !stage.ended(); life++) {
    await live(life)
    await rest(stage, 50)
  }
}

/** Runs `statement` until Postgres takes it. For tidying up, and for what has no procedure. Empty: the history has ended. */
export async function execute<Row extends pg.QueryResultRow>(
  { sql, ended }: Stage,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  for (;;) {
    try {
      return (await sql.query<Row>(statement, values)).rows
    } catch (error) {
      if (ended()) return []
      if (/^(22|23|42)/.test((error as { code?: string }).code ?? '')) throw error // a mistake in the statement
      await delay(100)
    }
  }
}
