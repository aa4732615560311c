/** Suggestions for a search box: categories and titles that what is typed so far may be the beginning of. */
import type { CategoryTree } from './category-tree.ts'
import type { SuggestRepository } from './repository.suggest.ts'
import type { Suggestions } from './schema.ts'

/** The longest canonical text: what is typed after that changes no suggestion, and makes no entry of its own. */
const longest = 40
const mostTitles = 10
const mostCategories = 3
/** Of a word that is in no title. */
const mostSpellings = 3

/** Words in small letters with single spaces; may be empty. Whoever types the same words shares an entry. */
export function canonicalText(text: string): string {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()
  return Array.from(words).slice(0, longest).join('').trim()
}

/** At most `mostTitles` titles, each once. */
export async function loadTitles(text: string, suggest: SuggestRepository): Promise<string[]> {
  const words = text.split(' ')
  const beginning = await suggest.beginning(text, mostTitles)
  const within =
    beginning.length < mostTitles
      ? await suggest.within(
          words.map((word) => [word]),
          mostTitles,
        )
      : []
  const found = [...new Set([...beginning, ...within])].slice(0, mostTitles)
  if (found.length > 0) return found
  // Nothing has these words: what may they have been meant to be?
  const spelled = await Promise.all(
    words.map(async (word) => [word, ...(await suggest.spellings(word, mostSpellings))]),
  )
  return spelled.some(({ length }) => length > 1) ? suggest.within(spelled, mostTitles) : []
}

/** Categories of which a word begins like `text`; those that begin with it first. */
export function matchingCategories(tree: CategoryTree, text: string): Suggestions['categories'] {
  const all = tree.flatMap(function flat({ children, ...node }): Omit<(typeof tree)[number], 'children'>[] {
    return [node, ...children.flatMap(flat)]
  })
  const begins = all.filter(({ title }) => canonicalText(title).startsWith(text))
  const within = all.filter(({ title }) => canonicalText(title).includes(` ${text}`))
  return [...new Set([...begins, ...within])].slice(0, mostCategories)
}
