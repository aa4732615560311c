/** Making one reservation: by the cache if it is sold out, else by Postgres, together with whoever asks meanwhile. */
import type { AppError } from '../../platform/errors.ts'
import type { SoldOut } from '../sold-out.ts'
import { keyReused, locationNotFound, outOfStock, variantNotFound } from './errors.ts'
import type { Count } from './outcomes.ts'
import type { ReserveProblem } from './repository.ts'
import { placesOf, type ReserveRequest, requestOf } from './request.ts'
import type { Reserving } from './reserve.ts'
import type { CreateInput, Reservation } from './schema.ts'

/**
 * Asked again with the same key, the answer is the same reservation, as it is by then. A refusal is not kept: the same
 * key may be tried again. Throws OUT_OF_STOCK, VARIANT_NOT_FOUND, LOCATION_NOT_FOUND, IDEMPOTENCY_KEY_REUSED,
 * OVERLOADED.
 */
export function createCreate(reserving: Reserving, soldOut: SoldOut, count: Count) {
  return async (input: CreateInput, owner: string | null): Promise<Reservation> => {
    const request = requestOf(input, owner)
    const [line, ...others] = request.lines
    if (line && others.length === 0 && (await soldOut.covers(line.variantId, line.locationId, request.key))) {
      count('out_of_stock')
      throw outOfStock(placesOf(input, line))
    }
    const answer = await reserving.submit(request).catch((error) => {
      count((error as AppError).reason === 'OVERLOADED' ? 'overloaded' : 'failed')
      throw error
    })
    if (answer.outcome === 'conflict') {
      count('conflict')
      throw keyReused()
    }
    if (answer.outcome === 'refused') {
      const [reason, error] = refusal(input, request, answer.problems)
      count(reason)
      throw error
    }
    count(answer.outcome === 'granted' ? 'reserved' : 'repeated')
    return answer.reservation
  }
}

/** What does not exist is said before what is sold out. */
function refusal(input: CreateInput, { lines }: ReserveRequest, problems: readonly ReserveProblem[]) {
  const placesWith = (problem: ReserveProblem['problem']) =>
    problems
      .filter((each) => each.problem === problem)
      .flatMap(({ line }) => lines.slice(line, line + 1).flatMap((each) => placesOf(input, each)))
      .sort((a, b) => a - b)
  const [variants, locations] = [placesWith('variant'), placesWith('location')]
  if (variants.length > 0) return ['not_found', variantNotFound(variants)] as const
  if (locations.length > 0) return ['not_found', locationNotFound(locations)] as const
  return ['out_of_stock', outOfStock(placesWith('stock'))] as const
}
