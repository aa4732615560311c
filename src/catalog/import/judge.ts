/**
 * Decides, knowing what the database has, what of a group of rows is written. It only decides: it has to come to the
 * same end when a transaction is tried again.
 */
import { quote } from './cells.ts'
import type { Draft, DraftVariant, Known } from './draft.ts'
import type { Group } from './group.ts'
import type { ImagePart } from './image-part.ts'
import { judgeVariant } from './judge-variant.ts'
import type { Finding } from './report.ts'
import type { Row } from './row.ts'

export interface Verdict {
  draft: Draft | undefined
  problems: Finding[]
  warnings: Finding[]
}

/** The verdict on `group`. A row with a problem of its own was reported when it was read. */
export function judge(group: Group, known: Known): Verdict {
  const { handle, line } = group
  const product = known.products.get(handle)
  const titled = group.rows.find((row) => row.product)
  if (!product && !titled) return refuse(group, [], `${quote(handle)} does not exist yet, and no good row has a Title`)

  const options =
    group.rows.find((row) => row.optionNames)?.optionNames ?? product?.options.map((option) => option.name) ?? []
  const problems: Finding[] = []
  const variants = new Map<string, DraftVariant>()
  const landing: Row[] = []
  for (const row of group.rows.filter((row) => row.problems.length === 0)) {
    const verdict = row.variant && judgeVariant(row.line, row.variant, { handle, product, options, variants, known })
    if (typeof verdict === 'string') {
      problems.push({ line: row.line, message: verdict, rows: 1 })
      continue
    }
    if (verdict) variants.set(verdict.title, verdict)
    landing.push(row)
  }

  if (!product && variants.size === 0) {
    return refuse(group, problems, `${quote(handle)} is not created: it has no good row with a variant and its price`)
  }
  if (landing.length === 0) return { draft: undefined, problems, warnings: [] }
  const drafts = [...variants.values()]
  const images = imagesOf(landing, drafts)
  const draft = { handle, line, known: product, fields: titled?.product, options, variants: drafts, images }
  return { draft, problems, warnings: warningsOf(landing, titled) }
}

/** Nothing of the group is written: one more problem stands for those of its rows that have none of their own. */
function refuse(group: Group, problems: Finding[], message: string): Verdict {
  const reported = new Set(problems.map(({ line }) => line))
  const rows = group.rows.filter((row) => row.problems.length === 0 && !reported.has(row.line))
  const [first] = rows
  const all = first ? [...problems, { line: first.line, message, rows: rows.length }] : problems
  return { draft: undefined, problems: all, warnings: [] }
}

/** By address, each once; the image of a variant belongs to the product too. */
function imagesOf(rows: Row[], variants: DraftVariant[]): ImagePart[] {
  const images = new Map<string, ImagePart>()
  for (const { image } of rows) if (image && !images.has(image.url)) images.set(image.url, image)
  for (const { imageUrl: url } of variants) {
    if (url && !images.has(url)) images.set(url, { url, alt: undefined, position: undefined })
  }
  return [...images.values()]
}

function warningsOf(rows: Row[], titled: Row | undefined): Finding[] {
  const other = rows.find((row) => row.product && row.product.title !== titled?.product?.title)
  const findings = rows.flatMap((row) => row.warnings.map((message) => ({ line: row.line, message, rows: 0 })))
  if (!other) return findings
  const message = `another Title for ${quote(other.handle)}: the one on line ${titled?.line} is used`
  return [...findings, { line: other.line, message, rows: 0 }]
}
