/** One entry, as it lies in Redis and here. Of a sealed one never the value. */
import { inspect as format } from 'node:util'
import type { Envelope } from '../codec/envelope.ts'
import type { Engine } from '../engine.ts'
import { RedisUnavailableError } from '../errors.ts'
import { shortKey } from '../redis/keys.ts'
import type { Probe } from './probe.ts'

export interface Inspection {
  exists: boolean
  /** `void`: a tag was voided since; `unreadable`: not ours, or of another shape. Then there are no details. */
  state: 'missing' | 'fresh' | 'stale' | 'void' | 'unreadable'
  bytes: number
  /** What is left of its life in Redis; `expiresAt` is when it stops being fresh (after it comes its grace). */
  ttlMs: number | null
  expiresAt: string | null
  loadMs: number | null
  /** Of the row it was made from. */
  version: number | null
  /** The tick of the tags' clock at which its load began: a tag with a later one voids it. */
  stamp: number | null
  tags: { tag: string; voids: boolean }[]
  lease: { held: boolean; ttlMs: number | null }
  pendingWrites: number
  /** In the near cache of the process that was asked. */
  near: boolean
  sealed: boolean
  /** As text, 2,000 characters at most; null for sealed entries, and when there is none. */
  value: string | null
}

const longestText = 2_000

/** Rejects with RedisUnavailableError. */
export async function inspect(engine: Engine, probe: Probe, cache: string, wholeKey: string): Promise<Inspection> {
  const { keys, redisClock } = engine
  const key = shortKey(wholeKey)
  const entry = keys.entry(cache, key)
  const ask = <Reply>(name: string, ...args: string[]) =>
    engine.send<Reply>(name, ...args).catch((error: unknown): Reply | Error => {
      if (error instanceof Error && error.name === 'ReplyError') return error // a key of another type
      throw new RedisUnavailableError(error)
    })
  const [payload, ttlMs, leaseMs, pending] = await Promise.all([
    ask<Buffer | null>('get', keys.value(entry)),
    ask<number>('pttl', keys.value(entry)),
    ask<number>('pttl', keys.lease(entry)),
    ask<number>('zcard', keys.pending(entry)),
  ])
  const inspection: Inspection = {
    exists: payload !== null,
    state: payload === null ? 'missing' : 'unreadable',
    bytes: Buffer.isBuffer(payload) ? payload.length : 0,
    ttlMs: positive(ttlMs),
    expiresAt: null,
    loadMs: null,
    version: null,
    stamp: null,
    tags: [],
    lease: { held: positive(leaseMs) !== null, ttlMs: positive(leaseMs) },
    pendingWrites: positive(pending) ?? 0,
    near: probe.isNear(key),
    sealed: probe.sealed,
    value: null,
  }
  const envelope = Buffer.isBuffer(payload) ? opened(probe, payload, key) : undefined
  if (!envelope) return inspection
  const { value, expiresAt, deltaMs, version, stamp } = envelope
  const tags = await Promise.all(
    [probe.ownTag, ...envelope.tags].map(async (tag) => ({ tag, voids: (await tickOf(tag)) > stamp })),
  )
  const now = redisClock.now() ?? engine.clock.now()
  return {
    ...inspection,
    state: tags.some(({ voids }) => voids) ? 'void' : now < expiresAt ? 'fresh' : 'stale',
    expiresAt: new Date(expiresAt).toISOString(),
    loadMs: deltaMs,
    version: version || null,
    stamp,
    tags,
    value: probe.sealed ? null : textOf(value),
  }

  /** A tag that nobody knows counts from now on: the entry can't be vouched for. */
  async function tickOf(tag: string): Promise<number> {
    const tick = await ask<Buffer | null>('get', keys.tag(tag))
    return Buffer.isBuffer(tick) ? Number(tick.toString()) : Number.POSITIVE_INFINITY
  }
}

const positive = (reply: unknown) => (typeof reply === 'number' && reply > 0 ? reply : null)

function opened(probe: Probe, payload: Buffer, key: string): Envelope<unknown> | undefined {
  try {
    return probe.open(payload, key)
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string {
  const text = format(value, { depth: 8, maxArrayLength: 50, maxStringLength: 500, breakLength: Infinity })
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text
}
