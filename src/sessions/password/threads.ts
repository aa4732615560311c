/**
 * Threads for hashing alone, of the lowest priority: whenever something else of this machine has work to do, it comes
 * first. So logins wait in a storm of logins, and nobody else does (docs/decisions/0047). On Node's own pool of threads
 * hashes would compete with the event loop as equals.
 */
import { Piscina } from 'piscina'
import type { Derive } from './argon2.ts'

export interface HashingThreads {
  derive: Derive
  /** What is under way fails. */
  close(): Promise<void>
}

/** `most`: at once. A thread begins when it is needed, and ends when it was not for half a minute. */
export function createHashingThreads(most: number): HashingThreads {
  const threads = new Piscina({
    filename: new URL('./argon2.worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: most,
    maxQueue: most, // the queue is in slots.ts, with its deadline
    idleTimeout: 30_000,
    env: {}, // no secrets of the environment
  })
  return {
    derive: async (parameters) => Buffer.from(await threads.run(parameters)),
    close: () => threads.destroy(),
  }
}
