/** Inspects one entry: in Redis and in the near cache of this process. Never returns the value of a sealed entry. */
import { inspect as format } from 'node:util'
import type { Envelope } from '../codec/envelope.ts'
import type { Engine } from '../engine.ts'
import { RedisUnavailableError } from '../errors.ts'
import { shortenKey } from '../redis/keys.ts'
import type { Probe } from './probe.ts'

export interface Inspection {
  exists: boolean
  /** `void`: a tag was invalidated since the load. `unreadable`: unknown format or another schema; has no details. */
  state: 'missing' | 'fresh' | 'stale' | 'void' | 'unreadable'
  bytes: number
  /** Remaining TTL in Redis: freshness and grace. `expiresAt`: when the freshness ends. */
  ttlMs: number | null
  expiresAt: string | null
  loadMs: number | null
  /** Version of the row that the value was built from. */
  version: number | null
  /** Tick of the tags' clock at which the load began: a tag with a later tick invalidates the entry. */
  stamp: number | null
  tags: { tag: string; voids: boolean }[]
  lease: { held: boolean; ttlMs: number | null }
  pendingWrites: number
  /** Whether the near cache of the process that handles the request has it. */
  near: boolean
  sealed: boolean
  /** The value as text, at most 2,000 characters; null if sealed or missing. */
  value: string | null
}

const maxTextLength = 2_000

/** `fullKey`: the result of the cache's `key(input)`. Rejects with RedisUnavailableError. */
export async function inspect(engine: Engine, probe: Probe, fullKey: string): Promise<Inspection> {
  const { redisClock } = engine
  const { keys } = probe
  const key = shortenKey(fullKey)
  const sendOrError = <Reply>(name: string, ...args: string[]) =>
    engine.send<Reply>(name, ...args).catch((error: unknown): Reply | Error => {
      if (error instanceof Error && error.name === 'ReplyError') return error // the key has another type
      throw new RedisUnavailableError(error)
    })
  const [payload, ttlMs, leaseMs, pending] = await Promise.all([
    sendOrError<Buffer | null>('get', keys.value(key)),
    sendOrError<number>('pttl', keys.value(key)),
    sendOrError<number>('pttl', keys.lease(key)),
    sendOrError<number>('zcard', keys.pendingWrites(key)),
  ])
  const inspection: Inspection = {
    exists: payload !== null,
    state: payload === null ? 'missing' : 'unreadable',
    bytes: Buffer.isBuffer(payload) ? payload.length : 0,
    ttlMs: positiveOrNull(ttlMs),
    expiresAt: null,
    loadMs: null,
    version: null,
    stamp: null,
    tags: [],
    lease: { held: positiveOrNull(leaseMs) !== null, ttlMs: positiveOrNull(leaseMs) },
    pendingWrites: positiveOrNull(pending) ?? 0,
    near: probe.hasNear(key),
    sealed: probe.sealed,
    value: null,
  }
  const envelope = Buffer.isBuffer(payload) ? tryDecode(probe, payload, key) : undefined
  if (!envelope) return inspection
  const { value, expiresAt, deltaMs, version, stamp } = envelope
  const names = [probe.cacheTag, ...envelope.tags]
  const versions = await engine.tags.fetch(names)
  if (versions.includes(undefined)) throw new RedisUnavailableError()
  const tags = names.map((tag, index) => ({ tag, voids: (versions[index] as number) > stamp }))
  const now = redisClock.now() ?? engine.clock.now()
  return {
    ...inspection,
    state: tags.some(({ voids }) => voids) ? 'void' : now < expiresAt ? 'fresh' : 'stale',
    expiresAt: new Date(expiresAt).toISOString(),
    loadMs: deltaMs,
    version: version || null,
    stamp,
    tags,
    value: probe.sealed ? null : formatValue(value),
  }
}

const positiveOrNull = (reply: unknown) => (typeof reply === 'number' && reply > 0 ? reply : null)

function tryDecode(probe: Probe, payload: Buffer, key: string): Envelope<unknown> | undefined {
  try {
    return probe.decode(payload, key)
  } catch {
    return undefined
  }
}

function formatValue(value: unknown): string {
  const text = format(value, { depth: 8, maxArrayLength: 50, maxStringLength: 500, breakLength: Infinity })
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text
}
