/** What a row with a Title says about the product itself. A field is undefined where the file doesn't speak of it. */
import { type Cells, longestName, quote } from './cells.ts'
import { htmlToText } from './text.ts'

export type Status = 'active' | 'draft' | 'archived'

export interface ProductPart {
  title: string
  description: string | undefined
  vendor: string | undefined
  status: Status | undefined
  /** Titles from the top of the tree down; empty for no category. */
  category: string[] | undefined
  tags: string[] | undefined
}

const longest = { description: 100_000, html: 1_000_000, tags: 50_000, tagCount: 250, category: 2_000, levels: 8 }

/** The product in a row, undefined when it has no Title. What is wrong is added to the problems of `cells`. */
export function productPart(cells: Cells): ProductPart | undefined {
  const title = cells.text('title')
  if (!title) return undefined
  return {
    title,
    description: description(cells),
    vendor: cells.text('vendor'),
    status: status(cells),
    category: category(cells),
    tags: tags(cells),
  }
}

function description(cells: Cells): string | undefined {
  const html = cells.text('description', longest.html)
  const text = html && htmlToText(html)
  if (text && text.length > longest.description) {
    cells.refuse('description', `is longer than ${longest.description.toLocaleString('en')} characters`)
  }
  return text
}

/** By the Status column, else by Published; where both are empty or missing nothing is said. */
function status(cells: Cells): Status | undefined {
  const status = cells.text('status')?.toLowerCase()
  if (status === 'active' || status === 'draft' || status === 'archived') return status
  if (status) cells.refuse('status', 'is none of active, draft, archived')
  const published = cells.text('published')?.toLowerCase()
  if (status || !published) return undefined
  if (published === 'true') return 'active'
  if (published === 'false') return 'draft'
  cells.refuse('published', 'is neither true nor false')
  return undefined
}

/** By the Product Category column ("A > B > C"), else by Type. */
function category(cells: Cells): string[] | undefined {
  const path = cells.text('category', longest.category)
  const levels = list(path, '>')
  if (levels.some((level) => level.length > longestName)) {
    cells.refuse('category', `has a level longer than ${longestName} characters`)
  }
  if (levels.length > longest.levels) cells.refuse('category', `has more than ${longest.levels} levels`)
  if (levels.length > 0) return levels
  const type = cells.text('type')
  return type ? [type] : (path ?? type) === undefined ? undefined : []
}

function tags(cells: Cells): string[] | undefined {
  const cell = cells.text('tags', longest.tags)
  if (cell === undefined) return undefined
  const tags = [...new Set(list(cell, ','))]
  const long = tags.find((tag) => tag.length > longestName)
  if (long) cells.refuse('tags', `has a tag longer than ${longestName} characters: ${quote(long)}`)
  if (tags.length > longest.tagCount) cells.refuse('tags', `has more than ${longest.tagCount} tags`)
  return tags
}

function list(text: string | undefined, separator: string): string[] {
  return (text ?? '')
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
