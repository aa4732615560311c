/** Overlaps reading with writing: while one item is being used, the next is already on its way. */

/** Yields the items of `source`, at any time at most one ahead of who takes them. */
export async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  let next = iterator.next()
  try {
    while (true) {
      const { value, done } = await next
      if (done) return
      next = iterator.next()
      next.catch(() => {}) // it rejects for good when its turn comes
      yield value
    }
  } finally {
    // Not awaited: it takes its turn behind a `next` that may be waiting for a source nobody feeds any more.
    void iterator.return?.().catch(() => {})
  }
}
