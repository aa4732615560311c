/**
 * Records what callers were told, in the order of one clock, and checks it: no answer may be older than an acknowledged
 * change for longer than promised. Violations and counts belong to a chapter: one fault.
 */
import { type Allowance, allowedMs, type Bound, boundsMs, withoutRedisMs } from './bounds.ts'
import { createHistory, nearMs } from './history.ts'

export interface Violation {
  fault: string
  kind: 'stale' | 'backwards' | 'from the future' | 'refused' | 'wrong' | 'stock' | 'unforeseen' | 'process'
  detail: string
}

export interface Chapter extends Allowance {
  fault: string
  reads: number
  writes: number
  /** Operations that got an error, or no answer. */
  failed: number
  /** Answers of `strict` and `near` reads that were older than what was acknowledged when they were asked for. */
  overtaken: number
  worstStaleMs: number
  /** The same for `outbox` reads. */
  worstRelayMs: number
  /** Stale answers that are allowed if Redis did not answer in time: see `settle`. */
  suspects: Violation[]
  /** When the last operation failed, or got an answer older than its bound allows without a fault. */
  lastTroubleAt: number
  /** Why operations failed, and how often. */
  reasons: Map<string, number>
}

export interface Source {
  client: number
  /** The process that answered. */
  base: string
  /**
   * The procedure, and the entry it read if it has several. Before a change is acknowledged, one entry may show it while
   * another one does not yet.
   */
  via: string
  /** The cache that the value came from; undefined: none. */
  cache?: string | undefined
  bound: Bound
  /** When the question was sent. */
  began: number
}

export interface Read extends Source {
  key: string
  /** The version that the answer showed. */
  got: number
  /** It may have been an older one that looks the same: then the answers of a client have no order. */
  isGuess?: boolean
}

export interface Counts {
  /** Procedure → calls that were answered without an error. */
  answered: ReadonlyMap<string, number>
  /** Cache → answers from it that were checked. */
  checked: ReadonlyMap<string, number>
}

export type Recorder = ReturnType<typeof createRecorder>

const maxViolations = 200
/** Acknowledgements older than this many chapters are treated as if they belonged to the oldest of them. */
const maxPastChapters = 8

/** `lagMs`: how late the machine lets processes run; near caches are granted as much more. */
export function createRecorder(now = () => performance.now(), lagMs = () => 0) {
  const history = createHistory(now)
  const violations: Violation[] = []
  /** The newest version a client got of a key, from a process by one procedure. */
  const seen = new Map<string, number>()
  /** The newest version that was written, or may have been. */
  const attempted = new Map<string, number>()
  const answered = new Map<string, number>()
  const checked = new Map<string, number>()
  let chapter = newChapter('', { allowedStaleMs: nearMs })
  const past: (Allowance & { until: number })[] = []
  const violate = (kind: Violation['kind'], detail: string) => {
    if (violations.length < maxViolations) violations.push({ fault: chapter.fault, kind, detail })
  }
  /** A change that was acknowledged under an earlier fault may be as late as that fault allows. */
  const allowedSince = (at: number, bound: Bound) =>
    Math.max(...[chapter, ...past.filter(({ until }) => until >= at)].map((each) => allowedMs(bound, each)))

  /** `staleMs`: for how long the answer had been overtaken when it was asked for; 0: it had not. */
  function check({ cache, bound, began }: Source, what: string, staleMs: number): void {
    chapter.reads++
    if (cache) increment(checked, cache)
    if (staleMs === 0) return
    if (bound === 'outbox') chapter.worstRelayMs = Math.max(chapter.worstRelayMs, staleMs)
    else if (bound !== 'ttl') {
      chapter.overtaken++
      chapter.worstStaleMs = Math.max(chapter.worstStaleMs, staleMs)
    }
    if (staleMs > Math.max(boundsMs[bound], nearMs)) chapter.lastTroubleAt = performance.now()
    const allowed = allowedSince(began - staleMs, bound)
    if (staleMs <= allowed || (bound !== 'strict' && staleMs <= allowed + lagMs())) return
    const detail = `${what}, overtaken for ${Math.round(staleMs)} ms`
    if (staleMs > boundsMs[bound] + withoutRedisMs) violate('stale', detail)
    else chapter.suspects.push({ fault: chapter.fault, kind: 'stale', detail })
  }

  const settle = (hasRedisAnswered: boolean): number => {
    const suspects = chapter.suspects.splice(0)
    if (hasRedisAnswered) violations.push(...suspects.slice(0, maxViolations - violations.length))
    return hasRedisAnswered ? 0 : suspects.length
  }

  return {
    violations,
    counts: { answered, checked } satisfies Counts,
    chapter: () => chapter,
    /** From now on, everything belongs to `fault`. */
    begin(fault: string, allowance: Allowance): Chapter {
      settle(true)
      if (chapter.fault) past.unshift({ ...chapter, until: now() })
      past.splice(maxPastChapters)
      chapter = newChapter(fault, allowance)
      return chapter
    },
    /**
     * Decides about stale answers of this chapter that are younger than a change may be that Redis was not told of:
     * violations, if Redis has answered in time. Returns how many were allowed.
     */
    settle,
    /** `version` is about to be written, or may have been. */
    attempt: (key: string, version: number) => void attempted.set(key, Math.max(version, attempted.get(key) ?? 0)),
    /** The newest version that was written, or may have been. */
    newest: (key: string) => attempted.get(key) ?? 0,
    acknowledged(key: string, version: number): void {
      chapter.writes++
      history.acknowledged(key, version)
    },
    /** A procedure answered without an error. */
    answered: (procedure: string) => increment(answered, procedure),
    read({ key, got, isGuess = false, ...source }: Read): void {
      const { client, base, via, bound, began } = source
      const what = `${key} by ${via} at ${base}: ${got}`
      check(source, what, history.staleness(key, got, began))
      const [by, newest] = [`${client} ${base} ${via} ${key}`, attempted.get(key) ?? 0]
      const before = seen.get(by) ?? 0
      if (got < before && !isGuess && allowedMs(bound, chapter) <= nearMs)
        violate('backwards', `${what}, after ${before}`)
      if (got > newest) violate('from the future', `${what}, and ${newest} is the newest that was written`)
      seen.set(by, Math.max(got, before))
    },
    /** An answer that tells its own age. */
    aged(source: Source, ageMs: number): void {
      check(source, `${source.via} at ${source.base}`, Math.max(0, ageMs))
    },
    failed(reason: string, procedure: string): void {
      chapter.failed++
      chapter.lastTroubleAt = performance.now()
      increment(chapter.reasons, reason)
      if (reason === 'INTERNAL')
        violate('unforeseen', `${procedure} answered 500: a failure without an error of its own`)
    },
    violate,
  }
}

const increment = (counts: Map<string, number>, name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1)

function newChapter(fault: string, { allowedStaleMs, relayLateMs = allowedStaleMs }: Allowance): Chapter {
  return {
    fault,
    allowedStaleMs,
    relayLateMs,
    reads: 0,
    writes: 0,
    failed: 0,
    overtaken: 0,
    worstStaleMs: 0,
    worstRelayMs: 0,
    suspects: [],
    lastTroubleAt: 0,
    reasons: new Map(),
  }
}
