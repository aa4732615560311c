/** The physical lines of a byte stream, whichever way they end, in bounded memory. */

/** No line, and no record made of lines, is longer than this (characters). */
export const longestRecord = 1_000_000

/**
 * Yields the lines of `source`, decoded from UTF-8 and without their ends, as many at a time as a chunk completes.
 * A byte order mark is dropped, bytes that are not UTF-8 become U+FFFD. Of a line longer than `longestRecord` only the
 * beginning is kept, still too long to be taken for a good one.
 */
export async function* readLines(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of source) {
    rest += decoder.decode(typeof chunk === 'string' ? Buffer.from(chunk) : chunk, { stream: true })
    const halfEnd = rest.endsWith('\r') ? '\r' : '' // its \n may come with the next chunk
    const lines = rest.slice(0, rest.length - halfEnd.length).split(/\r\n|\n|\r/)
    rest = `${lines.pop()?.slice(0, longestRecord + 1)}${halfEnd}`
    if (lines.length > 0) yield lines
  }
  rest = (rest + decoder.decode()).replace(/\r$/, '')
  if (rest !== '') yield [rest]
}
