/** What a row says about an image of its product. */
import type { Cells } from './cells.ts'
import type { Field } from './columns.ts'

export interface ImagePart {
  url: string
  /** undefined: not spoken of. */
  alt: string | undefined
  position: number | undefined
}

/** In bytes: the database finds an image by its address, and an index entry has a limit. */
const longestUrl = 2_000

/** The image in a row, undefined when there is none. What is wrong is added to the problems of `cells`. */
export function imagePart(cells: Cells): ImagePart | undefined {
  const url = imageAddress(cells, 'imageUrl')
  if (!url) return undefined
  return { url, alt: cells.text('imageAlt', 1_000), position: position(cells) }
}

/** The address in `field`, null when the cell is empty, undefined when the file has no such column. */
export function imageAddress(cells: Cells, field: Field): string | null | undefined {
  const url = cells.text(field, longestUrl)
  if (!url) return url === '' ? null : undefined
  if (Buffer.byteLength(url) > longestUrl) cells.refuse(field, `is longer than ${longestUrl} bytes`)
  else if (!/^https?:\/\/[^\s/]/i.test(url)) cells.refuse(field, 'is not an address like https://example.com/a.jpg')
  return url
}

function position(cells: Cells): number | undefined {
  const text = cells.text('imagePosition')
  if (!text) return undefined
  if (!/^\d{1,6}$/.test(text)) cells.refuse('imagePosition', 'is not a number like 1')
  return Number(text)
}
