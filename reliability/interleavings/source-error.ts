/** The source does not answer, or refuses. */
export class SourceError extends Error {
  override name = 'SourceError'
}
