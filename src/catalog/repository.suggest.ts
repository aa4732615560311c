/** Titles that begin with or contain what somebody types, each once, however many products bear it; and typos. */
import { Prisma } from '../generated/prisma/client.ts'
import { type Database, planWithValues } from '../platform/db.ts'

export interface SuggestRepository {
  /** Titles that begin with `text`, in alphabetical order. */
  beginning(text: string, limit: number): Promise<string[]>
  /** Some titles in which, for each of `words`, one of its spellings begins a word; in alphabetical order. */
  within(words: string[][], limit: number): Promise<string[]>
  /** Words of titles that `word` may have been meant to be, the likeliest first. */
  spellings(word: string, limit: number): Promise<string[]>
}

const { sql, raw } = Prisma

export function createSuggestRepository({ prisma, measure }: Database): SuggestRepository {
  const texts = (operation: string, query: Prisma.Sql) =>
    measure(operation, async () => (await prisma.$queryRaw<{ text: string }[]>(query)).map(({ text }) => text))
  return {
    beginning: (text, limit) => texts('suggest.beginning', suggestQueries.beginning(text, limit)),
    within: (words, limit) => texts('suggest.within', suggestQueries.within(words, limit)),
    spellings: (word, limit) => texts('suggest.spellings', suggestQueries.spellings(word, limit)),
  }
}

/** Titles looked at to find `limit` different ones: of a word that a tenth of all have, not all are read and sorted. */
const sample = 300

/** Exported so that a test can ask Postgres for the plans. */
export const suggestQueries = {
  beginning: (text: string, limit: number) => sql`${raw(planWithValues)}
    SELECT DISTINCT ON (lower(title)) title AS text FROM product
    WHERE status = 'active' AND lower(title) >= ${text} AND lower(title) < ${`${text}\u{10ffff}`}
    ORDER BY lower(title) LIMIT ${limit}`,
  within: (words: string[][], limit: number) => sql`${raw(planWithValues)}
    SELECT DISTINCT ON (lower(title)) title AS text
    FROM (
      SELECT title FROM product
      WHERE status = 'active' AND to_tsvector('simple', title) @@ to_tsquery('simple', ${prefixes(words)}) LIMIT ${sample}) found
    ORDER BY lower(title) LIMIT ${limit}`,
  spellings: (word: string, limit: number) => sql`${raw(planWithValues)}
    SELECT word AS text FROM title_word WHERE word % ${word} ORDER BY similarity(word, ${word}) DESC, word LIMIT ${limit}`,
}

/** Words have letters and digits only: nothing that a tsquery takes for an operator. */
function prefixes(words: string[][]): string {
  return words.map((spellings) => `(${spellings.map((word) => `${word}:*`).join(' | ')})`).join(' & ')
}
