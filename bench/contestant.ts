/** What a contestant is: something that opens, and answers `get` from its cache or from its loader. */
import type { Product } from './product.ts'

/**
 * Which tiers a row wants. `near`: a memory tier, with Redis behind it where the contestant can. `redis`: Redis and no
 * memory tier, so that every hit is a round trip. `tiered`: Redis, with a memory tier in front where the contestant can.
 */
export type Tier = 'near' | 'redis' | 'tiered'

export interface Setup {
  tier: Tier
  /** Ends in the number of a database that is this contestant's alone. */
  redisUrl: string
  load(key: string): Promise<Product>
  /** The memory tier must hold at least so many. */
  maxEntries: number
}

/** It is never closed: it lives as long as its process, which is ended. */
export interface Opened {
  get(key: string): Promise<Product | null | undefined>
  /** Synchronous: what the memory tier has, else undefined. */
  peek?(key: string): Product | undefined
  /** What a reader of the row must know to compare fairly. */
  note?: string
}

/** The contestant does not have what a row is about: a fact about it, and no failure. */
export class Unsupported extends Error {
  override name = 'Unsupported'
}

/** How long everything lives, in ms: the engine's TTL for products. Longer than any row takes. */
export const ttlMs = 10 * 60_000

/** The parts of a Redis URL, for clients that want them one by one. */
export function redisAddress(url: string): { host: string; port: number; db: number } {
  const { hostname, port, pathname } = new URL(url)
  return { host: hostname, port: Number(port), db: Number(pathname.slice(1)) }
}
