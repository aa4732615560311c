/** The source behind the caches: it counts its loads, and takes as long as a row says. */
import { setTimeout as sleep } from 'node:timers/promises'
import { makeProduct, numberOf, type Product, productOf } from './product.ts'

export interface Source {
  load(key: string): Promise<Product>
  /** Loads so far. */
  loads(): number
}

/** With `fresh`, each load makes a product of its own, as a database would; else products are shared. */
export function createSource({ delayMs = 0, fresh = false } = {}): Source {
  let loads = 0
  const answer = (key: string) => (fresh ? makeProduct(numberOf(key)) : productOf(key))
  return {
    load: (key) => {
      loads++
      return delayMs > 0 ? sleep(delayMs).then(() => answer(key)) : Promise.resolve(answer(key))
    },
    loads: () => loads,
  }
}
