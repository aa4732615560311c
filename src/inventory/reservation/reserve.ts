/** Making reservations: many requests at once in one statement, each with an answer of its own. */
import { isDatabaseBusy } from '../../platform/db.ts'
import type { Log } from '../../platform/logging.ts'
import { type Batcher, createBatcher } from '../batcher.ts'
import type { StockCache } from '../caches.ts'
import { overloaded } from './errors.ts'
import type { ReservationRepository, ReserveAnswer, Reserved } from './repository.ts'
import type { ReserveRequest } from './request.ts'

export type Reserving = Batcher<ReserveRequest, ReserveAnswer>

/** How often reservations that are over are expired for one batch, 100 at a time, before it takes what there is. */
const mostLooks = 10

export function createReserving(
  repository: ReservationRepository,
  stock: Pick<StockCache, 'changed'>,
  log: Log,
): Reserving {
  async function reserve(requests: readonly ReserveRequest[]): Promise<ReserveAnswer[]> {
    for (let looks = mostLooks; ; looks -= 1) {
      const { answers, due }: Reserved = await stock.changed(() => repository.reserve(requests, looks > 0))
      if (answers) return answers
      await stock.changed(() => repository.expire(due))
    }
  }

  /** Once more if it lost against another transaction. */
  const reserveOrAgain = (requests: readonly ReserveRequest[]) =>
    reserve(requests).catch((error) => {
      if (!hasLost(error)) throw error
      return reserve(requests)
    })

  /**
   * What nobody expects is tried one by one, so that the one that does it fails alone. But not if Postgres is away:
   * there is no use in asking it 256 times.
   */
  async function reserveAll(requests: readonly ReserveRequest[]): Promise<readonly Promise<ReserveAnswer>[]> {
    try {
      const answers = await reserveOrAgain(requests)
      return answers.map((answer) => Promise.resolve(answer))
    } catch (error) {
      if (requests.length === 1 || (isDatabaseBusy(error) && !hasLost(error))) throw error
      log.error({ err: error, requests: requests.length }, 'a batch of reservations failed: now one by one')
      const alone: Promise<ReserveAnswer>[] = []
      for (const request of requests) {
        const one = reserveOrAgain([request]).then(([answer]) => answer as ReserveAnswer)
        alone.push(one)
        await one.catch(() => {}) // its own caller hears of it
      }
      return alone
    }
  }

  const batcher = createBatcher<ReserveRequest, Promise<ReserveAnswer>>({
    run: reserveAll,
    weight: ({ lines }) => lines.length,
    mostRequests: 256,
    mostWeight: 1_000,
    mostInFlight: 1, // two would but wait for each other's locks
    mostQueued: 10_000,
    deadlineMs: 2_000,
    overloaded,
  })
  return { submit: async (request) => batcher.submit(request), queued: batcher.queued }
}

/** Deadlock, serialisation; or somebody else has just used one of the keys, which is seen the next time. */
const hasLost = (error: unknown) => ['40001', '40P01', '23505'].includes((error as { code?: string }).code ?? '')
