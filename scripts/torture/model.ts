/** What the callers were told: in the end the database must say the same. It believes nothing but acknowledgements. */

export interface Line {
  variantId: string
  locationId?: string
  quantity: number
}

export interface CreateInput {
  lines: Line[]
  ttlSeconds: number
  idempotencyKey: string
}

/** A reservation that was acknowledged. */
export interface Held {
  id: string
  input: CreateInput
  /** The end that was acknowledged. */
  ended?: 'committed' | 'released'
  /** Its time is over: it can't be committed any more. */
  over: boolean
  /** Until then it can't be over, by this process' clock in ms, unless its time is moved. */
  until: number
}

/** A receipt, an adjustment or a transfer, by its reference; what it changes of a variant at a location. */
export interface Move {
  changes: { variantId: string; locationId: string; delta: number }[]
  /** Told that it happened, that it didn't, or neither: an attempt without an answer may have happened late. */
  happened: boolean | undefined
}

export type Model = ReturnType<typeof createModel>

/** Different ones, that are kept. */
const mostFaults = 100

export function createModel() {
  const held = new Map<string, Held>()
  /** Keys whose reservation was refused, after an attempt that nobody answered. */
  const unsure = new Set<string>()
  const moves = new Map<string, Move>()
  const faults = new Map<string, number>()
  let faultCount = 0
  const fault = (text: string) => {
    faultCount++
    if (faults.has(text) || faults.size < mostFaults) faults.set(text, (faults.get(text) ?? 0) + 1)
  }

  return {
    held,
    unsure,
    moves,
    faultCount: () => faultCount,
    /** What is wrong, and how often. */
    faults: () => [...faults].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`)),
    fault,
    /** Gives what is known of the key, which is new or must have the same id as before; `now`: when it was asked. */
    created(id: string, input: CreateInput, now: number): Held {
      const key = input.idempotencyKey
      const known = held.get(key)
      if (known && known.id !== id) fault(`key ${key} was two reservations: ${known.id} and ${id}`)
      const it = known ?? { id, input, over: false, until: now + input.ttlSeconds * 1_000 }
      held.set(key, it)
      return it
    },
    ended(it: Held, how: 'committed' | 'released'): void {
      if (it.ended && it.ended !== how) fault(`reservation ${it.id} was told to be ${it.ended} and ${how}`)
      it.ended = how
    },
  }
}

/** Quantities by variant: what a caller asked for, whatever way the shop writes its lines. */
export function totals(lines: readonly Line[]): string {
  const sums = new Map<string, number>()
  for (const { variantId, quantity } of lines) sums.set(variantId, (sums.get(variantId) ?? 0) + quantity)
  return [...sums]
    .map(([id, sum]) => `${id}×${sum}`)
    .toSorted()
    .join(' ')
}
