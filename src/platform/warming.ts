/**
 * When to warm the cache, and who: at the start, and when Redis was emptied or comes back. In the background, by one
 * process at a time; what it warms is the domains' affair.
 */
import type { CacheEvents } from '../cache/events.ts'
import type { Log } from './logging.ts'

export interface Warming {
  /** Warms now, and from now on when it is needed. */
  start(): void
  /** Warms once more, in the background. */
  again(): void
  /** Gives up what is under way. */
  stop(): Promise<void>
}

export interface WarmingDeps {
  events: CacheEvents
  /** Whether there is a Redis to be warmed. */
  isUp(): boolean
  /** Runs `work` unless another process runs its own; tells whether it did. */
  exclusively(work: () => Promise<void>): Promise<boolean>
  warm(signal: AbortSignal): Promise<void>
  log: Log
}

export function createWarming({ events, isUp, exclusively, warm, log }: WarmingDeps): Warming {
  let needed = false
  let stopped = false
  let running: Promise<void> | undefined
  let present = new AbortController()
  let unsubscribe = () => {}

  async function run(): Promise<void> {
    do {
      needed = false
      const mine = await exclusively(async () => {
        if (stopped || !isUp()) return
        present = new AbortController()
        await warm(present.signal)
      }).catch((err) => log.warn({ err }, 'warming the cache failed'))
      if (mine === false) log.info('another process is warming the cache')
    } while (needed && !stopped)
    running = undefined
  }

  /** Asked again while it runs, it runs once more: what it has done may be gone. */
  const wanted = () => {
    needed = true
    running ??= run()
  }

  return {
    start: () => {
      unsubscribe = events.on((event) => {
        if (event.type === 'flushed') wanted()
        if (event.type === 'tracking' && event.state === 'on') wanted() // Redis is back, perhaps empty
        if (event.type === 'tracking' && event.state === 'off') present.abort()
      })
      wanted()
    },
    again: wanted,
    stop: async () => {
      stopped = true
      unsubscribe()
      present.abort()
      await running
    },
  }
}
