/** One record of the file: the product, the variant and the image it speaks of, or what is wrong with it. */
import { readCells } from './cells.ts'
import type { Columns } from './columns.ts'
import type { CsvRecord } from './csv.ts'
import { type ImagePart, imagePart } from './image-part.ts'
import { type ProductPart, productPart } from './product-part.ts'
import { isVariantRow, optionNames, type VariantPart, variantPart } from './variant-part.ts'

export interface Row {
  line: number
  /** '' when the row doesn't say, in a usable way, which product it is about. */
  handle: string
  /** There even when another part of the row is bad: the product's other rows may be good. */
  product: ProductPart | undefined
  optionNames: string[] | undefined
  variant: VariantPart | undefined
  image: ImagePart | undefined
  /** What is wrong; then the variant and the image are not used. */
  problems: string[]
  warnings: string[]
}

/** Reads `record`; `digits` is how many decimals its prices may have. Never throws. */
export function parseRow(record: CsvRecord, columns: Columns, digits: number): Row {
  const read = () => readCells(columns, record.cells)
  const [forHandle, forProduct, others] = [read(), read(), read()]
  const warnings: string[] = []

  const handle = forHandle.text('handle') ?? ''
  if (!forHandle.filled('handle')) forHandle.refuse('handle', 'is empty')
  if (/[\s/\p{Cc}]/u.test(handle)) forHandle.refuse('handle', 'has a space or a slash')

  const product = productPart(forProduct)
  const names = optionNames(others)
  const variant = isVariantRow(others) ? variantPart(others, digits, warnings) : undefined
  const image = imagePart(others)
  const problems = [forHandle, forProduct, others].flatMap((cells) => cells.problems)
  if (!product && !variant && !image && problems.length === 0) {
    problems.push('the row has no title, no variant (option value, price or SKU) and no image')
  }
  const good = problems.length === 0
  return {
    line: record.line,
    handle: forHandle.problems.length === 0 ? handle : '',
    product: forProduct.problems.length === 0 ? product : undefined,
    optionNames: names,
    variant: good ? variant : undefined,
    image: good ? image : undefined,
    problems,
    warnings,
  }
}
