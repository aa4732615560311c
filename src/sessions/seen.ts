/**
 * When sessions were last seen: in memory, and written every few seconds as one statement. A request never waits for it,
 * and a thousand of them are one write. What a killed process had noted is lost: as much as it would write at once.
 */
import type { Log } from '../platform/logging.ts'
import { seenEverySeconds } from './lifetimes.ts'
import type { SessionRepository } from './repository.sessions.ts'

export interface Seen {
  note(sessionId: string): void
  /** Writes what was noted, now. Never rejects. */
  flush(): Promise<void>
  start(): void
  stop(): Promise<void>
}

/** Sessions that are noted at once; others, at their next request. */
const mostNoted = 50_000
const batch = 1_000

export function createSeen(see: SessionRepository['see'], log: Log): Seen {
  let noted = new Map<string, number>()
  let writing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  async function write(): Promise<void> {
    const some = [...noted]
    noted = new Map()
    try {
      for (let at = 0; at < some.length; at += batch) {
        const now = performance.now()
        await see(new Map(some.slice(at, at + batch).map(([id, when]) => [id, (now - when) / 1_000])))
      }
    } catch (err) {
      log.warn({ err, sessions: some.length }, 'when sessions were seen could not be written: they may end early')
      for (const [id, when] of some) if (!noted.has(id) && noted.size < mostNoted) noted.set(id, when)
    } finally {
      writing = undefined
    }
  }

  const flush = async () => {
    await writing
    if (noted.size === 0) return
    writing ??= write()
    await writing
  }

  return {
    note: (sessionId) => {
      if (noted.size < mostNoted || noted.has(sessionId)) noted.set(sessionId, performance.now())
    },
    flush,
    start: () => {
      timer ??= setInterval(() => writing ?? void flush(), seenEverySeconds * 1_000)
      timer.unref()
    },
    stop: async () => {
      clearInterval(timer)
      await flush()
    },
  }
}
