/** What was acknowledged, and whether a read agrees with it. */

/** G4 grants near caches so long, ms. */
const nearMs = 50

export interface History {
  /** What a read that begins now must at least see of a key; `strict` ignores changes that near caches need not know. */
  expected(key: string): { version: number; strict: number }
  acknowledged(key: string, version: number): void
}

export function createHistory(): History {
  const latest = new Map<string, { version: number; at: number; before: number }>()
  return {
    expected: (key) => {
      const known = latest.get(key)
      if (!known) return { version: 0, strict: 0 }
      const settled = performance.now() - known.at > nearMs
      return { version: settled ? known.version : known.before, strict: known.version }
    },
    acknowledged: (key, version) => {
      const known = latest.get(key)
      if (known && known.version >= version) return
      const now = performance.now()
      const before = known && now - known.at > nearMs ? known.version : (known?.before ?? 0)
      latest.set(key, { version, at: now, before })
    },
  }
}
