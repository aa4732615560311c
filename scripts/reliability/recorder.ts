/** What callers were told, in the order of one clock, and what was wrong with it: by chapter, that is, by fault. */
import { createHistory, type History, nearMs } from './history.ts'

export interface Violation {
  fault: string
  kind: 'stale' | 'backwards' | 'from the future' | 'refused' | 'stock' | 'unforeseen' | 'process'
  detail: string
}

export interface Chapter {
  fault: string
  /** An answer may have been overtaken for so long, ms. */
  allowedStaleMs: number
  reads: number
  writes: number
  /** Operations that got an error, or no answer. */
  failed: number
  /** Answers older than what was acknowledged before they were asked for. */
  overtaken: number
  worstStaleMs: number
  /** When the last operation failed, or answered what was overtaken. */
  lastTroubleAt: number
  /** Why operations failed, and how often. */
  reasons: Map<string, number>
}

export interface Read {
  /** Who asked whom. */
  client: number
  base: string
  key: string
  /** The procedure. Before a change is acknowledged, one cache may know of it while another does not yet. */
  via: string
  got: number
  /** When it was asked. */
  began: number
}

export type Recorder = ReturnType<typeof createRecorder>

const mostViolations = 200

export function createRecorder(history: History = createHistory()) {
  const violations: Violation[] = []
  /** The newest version a client got of a key, from a process by one procedure. */
  const seen = new Map<string, number>()
  /** The newest version that anybody has tried to write. */
  const attempted = new Map<string, number>()
  let chapter = newChapter('', nearMs)
  const violate = (kind: Violation['kind'], detail: string) => {
    if (violations.length < mostViolations) violations.push({ fault: chapter.fault, kind, detail })
  }

  return {
    violations,
    chapter: () => chapter,
    /** What comes from now on belongs to `fault`. */
    begin(fault: string, allowedStaleMs: number): Chapter {
      chapter = newChapter(fault, allowedStaleMs)
      return chapter
    },
    /** Somebody is about to write `version`, or has said that it may be there. */
    attempt: (key: string, version: number) => void attempted.set(key, Math.max(version, attempted.get(key) ?? 0)),
    acknowledged(key: string, version: number): void {
      chapter.writes++
      history.acknowledged(key, version)
    },
    read({ client, base, key, via, got, began }: Read): void {
      chapter.reads++
      const stale = history.staleness(key, got, began)
      if (stale > 0) {
        chapter.overtaken++
        chapter.worstStaleMs = Math.max(chapter.worstStaleMs, stale)
        if (stale > nearMs) chapter.lastTroubleAt = performance.now()
      }
      const what = `${key} by ${via} at ${base}: ${got}`
      if (stale > chapter.allowedStaleMs) violate('stale', `${what}, overtaken for ${Math.round(stale)} ms`)
      const [by, newest] = [`${client} ${base} ${via} ${key}`, attempted.get(key) ?? 0]
      const before = seen.get(by) ?? 0
      if (got < before && chapter.allowedStaleMs <= nearMs) violate('backwards', `${what}, after ${before}`)
      if (got > newest) violate('from the future', `${what}, and ${newest} is the newest that was written`)
      seen.set(by, Math.max(got, before))
    },
    failed(reason: string): void {
      chapter.failed++
      chapter.lastTroubleAt = performance.now()
      chapter.reasons.set(reason, (chapter.reasons.get(reason) ?? 0) + 1)
      if (reason === 'INTERNAL') violate('unforeseen', 'an answer of 500: a failure that nobody thought of')
    },
    violate,
  }
}

function newChapter(fault: string, allowedStaleMs: number): Chapter {
  return {
    fault,
    allowedStaleMs,
    reads: 0,
    writes: 0,
    failed: 0,
    overtaken: 0,
    worstStaleMs: 0,
    lastTroubleAt: 0,
    reasons: new Map(),
  }
}
