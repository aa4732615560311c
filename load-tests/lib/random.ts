/** Chance that repeats itself: iteration n of a seed draws the same numbers on both engines and in every mode. */
import { type Random, randomFor } from '../../scripts/seed/random.ts'

/** For one iteration. */
export function randomOf(seed: number, iteration: number): Random {
  return randomFor((Math.imul(seed, 0x9e3779b1) + iteration) >>> 0)
}
