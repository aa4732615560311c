/** Zipf-distributed choice: the item of rank r is taken in proportion to 1 / r. */

/** `random` gives numbers in [0, 1). */
export function createZipf<T>(items: readonly T[], random: () => number): () => T {
  let sum = 0
  const bounds = items.map((_, index) => {
    sum += 1 / (index + 1)
    return sum
  })
  return () => {
    const wanted = random() * sum
    let [low, high] = [0, bounds.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((bounds[middle] ?? 0) > wanted) high = middle
      else low = middle + 1
    }
    return items[low] as T
  }
}
