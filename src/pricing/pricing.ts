/** Prices, put together: the only file of this folder that others import. */
import { refreshDueRanges } from './repository.due.ts'
import { setPrices as set } from './repository.set.ts'

/** For the import, which writes prices in transactions of its own. */
export const setPrices = set

/** For the relay: prices that begin or end by themselves. */
export const priceChore = refreshDueRanges
