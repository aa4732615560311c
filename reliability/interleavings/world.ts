/** The world that the instances of one run share: Redis, the source, time, and the acknowledged changes. */
import type { Switches } from '../../src/cache/switches.ts'
import type { WriteThrough } from '../../src/cache/write-through.ts'
import type { FakeConnection } from './connection.ts'
import type { Engine } from './engine.ts'
import type { CacheChoices } from './program.ts'
import type { Change, Floor, Rows, Value } from './rows.ts'
import type { Lane, Scheduler } from './scheduler.ts'
import type { Argument, Executed, Server } from './server.ts'

/** An invariant that did not hold. */
export interface Violation {
  invariant: string
  detail: string
}

export interface World {
  engine: Engine
  server: Server
  scheduler: Scheduler
  choices: CacheChoices
  switches: Switches | undefined
  rows: Rows
  clock: { now(): number }
  redisTime(): [string, string]
  /** Redis' answer to INFO. */
  info: Buffer
  random(): number
  tagName(tag: number): string
  executed(command: { by: string; name: string; args: readonly Argument[] }, answer: Executed): void
  load(name: string, key: number, lane: Lane): Promise<Value | null>
  instances: Instance[]
  restart(index: number, lost: boolean): Instance
  failLoad(key: number, hangs: boolean): void
  /** `by` was told that this is done: from now on (elsewhere, if it is by way of messages: once they have arrived) nothing older is right. */
  acknowledge(by: Instance, change: Change, byMessage: boolean): void
  /** Returns the floor of a read that this instance begins now. */
  floorOf(instance: Instance): Floor
  acknowledged: Floor
  violate(invariant: string, detail: string): void
  violations: Violation[]
  /** A fault has been injected: some invariants say nothing then. */
  disturb(): void
  /** Anything has happened to Redis, to the source or to time. */
  upset(): void
  /** Something was evicted, time passed or a connection broke: the horizon promises nothing. */
  isHorizonKept(): boolean
  breakHorizon(): void
  /** Commits of writes that had begun in Redis: after the horizon they are seen by all, whatever became of the process. */
  committed: Change[]
  hasBegun(instance: string, key: number): boolean
  isCalm(): boolean
  leases: LeaseBook
  /** How many processes there have been. */
  started(): number
}

/** The leases, as derived from the commands that Redis has run. */
export interface LeaseBook {
  /** The lease of this key, or of all, may be gone. */
  ended(key?: number): void
}

/** One process of the application, as far as the cache goes. */
export interface Instance {
  name: string
  isAlive(): boolean
  cache: Pick<WriteThrough<number, Value>, 'get' | 'getMany' | 'peek' | 'refresh' | 'invalidate' | 'clear'> &
    Partial<WriteThrough<number, Value>>
  invalidateTag(tag: number): Promise<boolean>
  connections: Record<'client' | 'subscriber' | 'tracker', FakeConnection>
  /** Delivers what Redis has to say to this instance. */
  hear(changed: string[] | 'all', published: { channel: string; message: string }[]): void
  /** Runs `then` once everything that Redis has told this instance of until now has arrived. */
  afterNews(then: () => void): void
  /** A lane of this process' own work: a load, a commit. */
  work(): Lane
  kill(lost: boolean): void
  /** Channels that Redis has it subscribed to. */
  channels(): readonly string[]
}
