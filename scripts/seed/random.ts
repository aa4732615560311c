/**
 * Chance that repeats itself: the same seed gives the same numbers, on every machine. One generator for each product,
 * so that a product is the same whatever was made before it; faker's own (Mersenne Twister) takes 30 µs to seed anew.
 */

export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number
  /** True with this probability. */
  chance(probability: number): boolean
  /** One of `from`, which is not empty. */
  pick<T>(from: readonly T[]): T
  /** `count` different items (all of them, if there are fewer), in their order in `from`. */
  some<T>(from: readonly T[], count: number): T[]
  /** A draw from the bell curve with mean 0 and deviation 1. */
  normal(): number
}

/** A generator for a whole number up to 2^32; mulberry32 by Tommy Ettinger, started from a hash of the seed. */
export function randomFor(seed: number): Random {
  let state = scramble(seed)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: <T>(from: readonly T[]) => from[between(0, from.length - 1)] as T,
    some: (from, count) => {
      let wanted = count
      return from.filter((_, index) => {
        const taken = next() * (from.length - index) < wanted
        if (taken) wanted -= 1
        return taken
      })
    },
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  }
}

/** Draws items so that the k-th is drawn in proportion to 1 / k^steepness, as Zipf found of words in a text. */
export function zipf<T>(items: readonly T[], steepness: number): (random: Random) => T {
  let sum = 0
  const bounds = items.map((_, index) => {
    sum += 1 / (index + 1) ** steepness
    return sum
  })
  return (random) => {
    const drawn = random.next() * sum
    let low = 0
    let high = items.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((bounds[middle] ?? sum) > drawn) high = middle
      else low = middle + 1
    }
    return items[low] as T
  }
}

/** Every order is as likely as any other (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const all = [...items]
  for (let last = all.length - 1; last > 0; last--) {
    const other = random.between(0, last)
    const moved = all[last] as T
    all[last] = all[other] as T
    all[other] = moved
  }
  return all
}

/** Neighbouring seeds must not start neighbouring streams (the finaliser of MurmurHash3). */
function scramble(seed: number): number {
  let hash = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
