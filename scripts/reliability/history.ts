/** Records acknowledgements by one monotonic clock, and checks reads against them. */

/** G4 grants near caches this much, ms. */
export const nearMs = 50
/** Acknowledgements that are kept of a key; older ones count as the oldest of these. */
const maxAcknowledgements = 1_000

export interface History {
  /** Returns the oldest version of a key that a read may see if it begins now; `strict` grants near caches no time. */
  expected(key: string): { version: number; strict: number }
  acknowledged(key: string, version: number): void
  /** For how long the read's answer had been overtaken when it began, ms; 0: it had not. */
  staleness(key: string, got: number, began: number): number
}

export function createHistory(now = () => performance.now()): History {
  const acks = new Map<string, { version: number; at: number }[]>()
  return {
    expected: (key) => {
      const known = acks.get(key) ?? []
      const settled = now() - nearMs
      return {
        version: known.findLast(({ at }) => at < settled)?.version ?? 0,
        strict: known.at(-1)?.version ?? 0,
      }
    },
    acknowledged: (key, version) => {
      const known = acks.get(key) ?? []
      if ((known.at(-1)?.version ?? 0) >= version) return
      known.push({ version, at: now() })
      if (known.length > maxAcknowledgements) known.shift()
      acks.set(key, known)
    },
    staleness: (key, got, began) => {
      const overtaken = acks.get(key)?.find(({ version }) => version > got)
      return overtaken && overtaken.at <= began ? began - overtaken.at : 0
    },
  }
}
