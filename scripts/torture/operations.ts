/** What a caller may do, by chance; each gives a name for what came of it. What must not come is a fault. */
import type pg from 'pg'
import type { Random } from '../seed/random.ts'
import type { Calls, Outcome } from './calls.ts'
import type { CreateInput, Held, Model } from './model.ts'
import type { World } from './world.ts'

export interface Caller {
  world: World
  model: Model
  calls: Calls
  random: Random
  sql: pg.Pool
  /** Reservations that all callers choose from, ended ones among them. */
  known: Held[]
  /** Never the same text twice. */
  unique(): string
}

export type Operation = (caller: Caller) => Promise<string>

interface Reservation {
  id: string
  status: string
  expiresAt: string
}

const keyReused = 'IDEMPOTENCY_KEY_REUSED'
const expired = 'RESERVATION_EXPIRED'
/** So many reservations are known; a new one takes the place of any. */
const mostKnown = 300

/** The outcome's name; a fault if it was to be none of `allowed`. */
function named({ model }: Caller, what: string, { data, reason }: Outcome<unknown>, allowed: RegExp): string {
  const outcome = data === undefined ? (reason ?? 'NONE') : 'ok'
  if (!allowed.test(outcome)) model.fault(`${what}: ${outcome}`)
  return outcome
}

function newReservation({ random, world, unique }: Caller): CreateInput {
  const lines = Array.from({ length: random.between(1, 5) }, () => ({
    variantId: random.pick(random.chance(0.3) ? world.variantIds.slice(0, 3) : world.variantIds),
    ...(random.chance(0.8) && { locationId: random.pick(world.locationIds) }),
    quantity: random.between(1, 3),
  }))
  return { lines, ttlSeconds: random.pick([60, 120, 600]), idempotencyKey: unique() }
}

async function send(caller: Caller, input: CreateInput): Promise<Outcome<Reservation>> {
  const { model, random, known } = caller
  const isNew = !model.held.has(input.idempotencyKey)
  const now = performance.now()
  const outcome = await caller.calls.mutate<Reservation>('inventory.reservation.create', input)
  if (outcome.data) {
    const held = model.created(outcome.data.id, input, now)
    if (!isNew) return outcome
    if (known.length < mostKnown) known.push(held)
    else known[random.between(0, mostKnown - 1)] = held
  } else if (outcome.unsure) model.unsure.add(input.idempotencyKey)
  return outcome
}

const create: Operation = async (caller) =>
  named(caller, 'create', await send(caller, newReservation(caller)), /^(ok|OUT_OF_STOCK)$/)

/** As a client that sends its request twice, to two processes or to one. */
const createTwice: Operation = async (caller) => {
  const input = newReservation(caller)
  const both = await Promise.all([send(caller, input), send(caller, input)])
  for (const outcome of both) named(caller, 'create twice', outcome, /^(ok|OUT_OF_STOCK)$/)
  if (both.some(({ data }) => data)) caller.model.unsure.delete(input.idempotencyKey)
  return both.map(({ data }) => (data ? 'ok' : 'refused')).join(', ')
}

const replay: Operation = async (caller) => {
  const held = anyKnown(caller)
  if (!held) return 'none'
  return named(caller, 'replay', await send(caller, held.input), /^ok$/)
}

const reuse: Operation = async (caller) => {
  const held = anyKnown(caller)
  if (!held) return 'none'
  const lines = held.input.lines.map((line) => ({ ...line, quantity: line.quantity + 1 }))
  const input = { ...held.input, lines }
  const outcome = await caller.calls.mutate<Reservation>('inventory.reservation.create', input)
  return named(caller, 'another body with a used key', outcome, new RegExp(`^${keyReused}$`))
}

/** Rather one that has not ended yet, by what is known. */
function anyKnown({ random, known }: Caller): Held | undefined {
  if (known.length === 0) return undefined
  const [one, other] = [random.pick(known), random.pick(known)]
  return one.ended || one.over ? other : one
}

const ends = { commit: 'committed', release: 'released' } as const
const refusals = /^(ok|RESERVATION_(EXPIRED|COMMITTED|RELEASED)|STOCK_NOT_IN)$/

async function end(caller: Caller, held: Held, how: keyof typeof ends): Promise<string> {
  const { model, calls } = caller
  const before = { ended: held.ended, over: held.over }
  const outcome = await calls.mutate<Reservation>(`inventory.reservation.${how}`, { id: held.id })
  if (outcome.data) {
    if (outcome.data.status !== ends[how]) model.fault(`${how} of ${held.id} answered ${outcome.data.status}`)
    if (how === 'commit' && before.over && !before.ended) model.fault(`${held.id} was committed after its time`)
    model.ended(held, ends[how])
  } else if (outcome.reason === expired && performance.now() < held.until) {
    model.fault(`${held.id} was over before its time`)
  }
  return named(caller, how, outcome, refusals)
}

const commit: Operation = async (caller) => {
  const held = anyKnown(caller)
  return held ? end(caller, held, 'commit') : 'none'
}
const release: Operation = async (caller) => {
  const held = anyKnown(caller)
  return held ? end(caller, held, 'release') : 'none'
}
const race: Operation = async (caller) => {
  const held = anyKnown(caller)
  if (!held) return 'none'
  const both = await Promise.all([end(caller, held, 'commit'), end(caller, held, 'release')])
  return both.join(', ')
}

const extend: Operation = async (caller) => {
  const held = anyKnown(caller)
  if (!held) return 'none'
  const before = { ended: held.ended, over: held.over }
  const ttlSeconds = caller.random.pick([60, 600])
  const input = { id: held.id, ttlSeconds }
  held.until = Math.min(held.until, performance.now() + ttlSeconds * 1_000)
  const outcome = await caller.calls.mutate<Reservation>('inventory.reservation.extend', input)
  if (outcome.data && (before.ended || before.over)) caller.model.fault(`${held.id} was extended after its end`)
  return named(caller, 'extend', outcome, refusals)
}

/** Nobody waits: the time is moved, to before anything that is under way began. */
const expire: Operation = async ({ sql, ...caller }) => {
  const held = anyKnown({ sql, ...caller })
  if (!held) return 'none'
  held.until = 0
  const { rowCount } = await sql.query(
    `UPDATE reservation SET expires_at = clock_timestamp() - interval '1 minute' WHERE id = $1 AND status = 'active'`,
    [held.id],
  )
  if (rowCount === 1) held.over = true
  return rowCount === 1 ? 'ok' : 'ended before'
}

/** What was acknowledged before is what is read, by whatever process. */
const read: Operation = async (caller) => {
  const held = anyKnown(caller)
  if (!held) return 'none'
  const { ended } = held
  const outcome = await caller.calls.query<Reservation>('inventory.reservation.byId', { id: held.id })
  if (ended && outcome.data && outcome.data.status !== ended) {
    caller.model.fault(`${held.id} was told to be ${ended}, is read as ${outcome.data.status}`)
  }
  return named(caller, 'byId', outcome, /^ok$/)
}

const receive: Operation = (caller) => {
  const { random, world } = caller
  const change = { variantId: random.pick(world.variantIds), locationId: random.pick(world.locationIds) }
  const quantity = random.between(1, 30)
  return move(caller, 'receive', { ...change, quantity }, [{ ...change, delta: quantity }], /^ok$/)
}

const adjust: Operation = (caller) => {
  const { random, world } = caller
  const change = { variantId: random.pick(world.variantIds), locationId: random.pick(world.locationIds) }
  const delta = random.chance(0.5) ? random.between(1, 5) : -random.between(1, 5)
  return move(caller, 'adjust', { ...change, delta }, [{ ...change, delta }], /^(ok|[A-Z_]*STOCK[A-Z_]*)$/)
}

const transfer: Operation = (caller) => {
  const { random, world } = caller
  const variantId = random.pick(world.variantIds)
  const [fromLocationId = '', toLocationId = ''] = random.some(world.locationIds, 2)
  const quantity = random.between(1, 5)
  const changes = [
    { variantId, locationId: fromLocationId, delta: -quantity },
    { variantId, locationId: toLocationId, delta: quantity },
  ]
  const input = { variantId, fromLocationId, toLocationId, quantity }
  return move(caller, 'transfer', input, changes, /^(ok|[A-Z_]*STOCK[A-Z_]*)$/)
}

async function move(
  caller: Caller,
  what: string,
  input: object,
  changes: { variantId: string; locationId: string; delta: number }[],
  allowed: RegExp,
): Promise<string> {
  const { model, calls, unique } = caller
  const reference = unique()
  const record: { changes: typeof changes; happened: boolean | undefined } = { changes, happened: undefined }
  model.moves.set(reference, record)
  const keyed = { ...input, reason: 'torture', reference, idempotencyKey: reference }
  const outcome = await calls.mutate(`inventory.${what}`, keyed)
  if (outcome.data !== undefined) record.happened = true
  else if (!outcome.unsure) record.happened = false
  return named(caller, what, outcome, allowed)
}

/** How often each is done, in a hundred. */
export const operations: [name: string, share: number, operation: Operation][] = [
  ['create', 36, create],
  ['create, twice at once', 4, createTwice],
  ['create again', 4, replay],
  ['create with a used key', 2, reuse],
  ['commit', 14, commit],
  ['release', 10, release],
  ['commit and release at once', 3, race],
  ['extend', 4, extend],
  ['expire', 3, expire],
  ['read', 4, read],
  ['receive', 8, receive],
  ['adjust', 4, adjust],
  ['transfer', 4, transfer],
]
