/** UUIDs of the form version 7 (RFC 9562) that are the same every time: they sort by age, as real ones do. */
import { randomFor } from './random.ts'
import { createdAt, preparedAt } from './time.ts'

/** Gives one id after the other, in order; at most 4096. */
export type NextId = () => string

/** The ids of product number `index`: the first is its own, the others are for the rows that belong to it. */
export function idsOfProduct(index: number): NextId {
  return sequence(createdAt(index), index)
}

export function productId(index: number): string {
  return idsOfProduct(index)()
}

/** The ids of the rows that are there whatever the number of products; `kind` keeps one list's apart from another's. */
export function idsOfReference(kind: number): NextId {
  return sequence(preparedAt + kind, -kind)
}

/** The 12 bits after the time count (RFC 9562, 6.2, method 1); the rest is noise, one for the whole sequence. */
function sequence(time: number, seed: number): NextId {
  const random = randomFor(seed)
  const noise = [random.between(0, 2 ** 30 - 1) + 2 ** 31, random.between(0, 2 ** 32 - 1)]
  const digits = noise.map((part) => part.toString(16).padStart(8, '0')).join('')
  const head = time.toString(16).padStart(12, '0')
  const start = `${head.slice(0, 8)}-${head.slice(8)}-7`
  const end = `-${digits.slice(0, 4)}-${digits.slice(4)}`
  let count = 0
  return () => {
    if (count > 0xfff) throw new RangeError('More than 4096 ids in one millisecond.')
    return start + (count++).toString(16).padStart(3, '0') + end
  }
}
