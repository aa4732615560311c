/** The source: rows in memory, with all that was ever committed and what each instance has been told of. */
import type { Program } from './program.ts'

/** The cached value of a key. */
export interface Value {
  key: number
  /** The row's version. */
  row: number
  /** The version of what its tag shows (a category's title in a product). */
  tag: number
  /** The version of what everything shows. */
  all: number
}

/** The oldest answer that is right: versions of rows by key, of tags, of all. */
export interface Floor {
  row: number[]
  tag: number[]
  all: number
}

export interface Rows {
  now: Floor
  read(key: number): Value | null
  /** Commits a new version of the row; `exists`: or its deletion. Answers with its version. */
  changeRow(key: number, exists: boolean): number
  changeTag(tag: number): number
  changeAll(): number
  tagOf(key: number): number
  /** Returns the floor after all of these changes. */
  floorOf(changes: readonly Change[]): Floor
  /** Describes why an answer is older than `floor`. Returns undefined if it is not. */
  faultOf(key: number, answer: Value | null, floor: Floor): string | undefined
}

export function createRows({ rows, tagOf }: Pick<Program, 'rows' | 'tagOf'>): Rows {
  /** For each key and version: whether the row existed. */
  const existed = rows.map((version) => new Map([[version ?? 0, version !== null]]))
  const now: Floor = { row: rows.map((version) => version ?? 0), tag: [0, 0], all: 0 }
  const tag = (key: number) => tagOf[key] as number
  return {
    now,
    tagOf: tag,
    read: (key) => {
      const row = now.row[key] as number
      return existed[key]?.get(row) ? { key, row, tag: now.tag[tag(key)] as number, all: now.all } : null
    },
    changeRow: (key, exists) => {
      const version = (now.row[key] as number) + 1
      now.row[key] = version
      existed[key]?.set(version, exists)
      return version
    },
    changeTag: (index) => {
      now.tag[index] = (now.tag[index] as number) + 1
      return now.tag[index] as number
    },
    changeAll: () => ++now.all,
    floorOf: (changes) => {
      const floor: Floor = { row: rows.map((version) => version ?? 0), tag: [0, 0], all: 0 }
      for (const change of changes) raise(floor, change)
      return floor
    },
    faultOf: (key, answer, floor) => {
      const least = floor.row[key] as number
      if (answer === null) {
        for (const [version, exists] of existed[key] ?? []) if (!exists && version >= least) return undefined
        return `says that key ${key} does not exist, though version ${least} was acknowledged`
      }
      const old = (what: string, got: number, acknowledged: number) =>
        got < acknowledged ? `has ${what} ${got} of key ${key}, though ${acknowledged} was acknowledged` : undefined
      if (answer.key !== key) return `answers key ${answer.key} for key ${key}`
      return (
        old('row version', answer.row, least) ??
        old('tag version', answer.tag, floor.tag[tag(key)] as number) ??
        old('common version', answer.all, floor.all)
      )
    },
  }
}

/** A change that somebody was told of: the key or tag, and its version. */
export interface Change {
  row?: [key: number, version: number]
  tag?: [tag: number, version: number]
  all?: number
}

/** `floor` is at least `change` from now on. */
export function raise(floor: Floor, { row, tag, all }: Change): void {
  if (row) floor.row[row[0]] = Math.max(floor.row[row[0]] as number, row[1])
  if (tag) floor.tag[tag[0]] = Math.max(floor.tag[tag[0]] as number, tag[1])
  if (all) floor.all = Math.max(floor.all, all)
}

/** The source does not answer, or refuses. */
export class SourceError extends Error {
  override name = 'SourceError'
}
