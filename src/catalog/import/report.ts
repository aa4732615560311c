/** What came of an import, as far as it got: counts, and the first of the findings. */

export interface Finding {
  /** Where the record starts in the file. */
  line: number
  message: string
  /** How many rows were skipped for it. */
  rows: number
}

/** All are counted, the first ones kept. */
export interface Findings {
  count: number
  first: Finding[]
}

export interface ImportSummary {
  products: { created: number; updated: number; unchanged: number }
  variants: { created: number; updated: number; unchanged: number }
  /** Stock levels that were set to another quantity. */
  stockLevels: number
  rows: { read: number; skipped: number }
  errors: Findings
  warnings: Findings
}

/** What came of one transaction. */
export interface Outcome {
  /** Handles. */
  created: string[]
  updated: string[]
  unchanged: number
  variants: ImportSummary['variants']
  stockLevels: number
  problems: Finding[]
  warnings: Finding[]
}

const kept = 1_000

export type Report = ReturnType<typeof createReport>

/** An empty report. */
export function createReport() {
  const summary: ImportSummary = {
    products: { created: 0, updated: 0, unchanged: 0 },
    variants: { created: 0, updated: 0, unchanged: 0 },
    stockLevels: 0,
    rows: { read: 0, skipped: 0 },
    errors: { count: 0, first: [] },
    warnings: { count: 0, first: [] },
  }

  function skip(finding: Finding): void {
    summary.rows.skipped += finding.rows
    note(summary.errors, finding)
  }

  return {
    skip,
    rowRead: () => {
      summary.rows.read++
    },
    add(outcome: Outcome): void {
      summary.products.created += outcome.created.length
      summary.products.updated += outcome.updated.length
      summary.products.unchanged += outcome.unchanged
      summary.variants.created += outcome.variants.created
      summary.variants.updated += outcome.variants.updated
      summary.variants.unchanged += outcome.variants.unchanged
      summary.stockLevels += outcome.stockLevels
      for (const finding of outcome.problems) skip(finding)
      for (const finding of outcome.warnings) note(summary.warnings, finding)
    },
    rows: () => summary.rows,
    /** The findings in the order of the file. */
    summary(): ImportSummary {
      for (const { first } of [summary.errors, summary.warnings]) first.sort((a, b) => a.line - b.line)
      return summary
    },
  }
}

function note(findings: Findings, finding: Finding): void {
  findings.count++
  if (findings.first.length < kept) findings.first.push(finding)
}
