/** Why an import as a whole was refused. A single bad row is no error: it is reported and skipped. */

export type ImportRefusal = 'BAD_CURRENCY' | 'NOT_A_PRODUCT_FILE' | 'IMPORT_RUNNING' | 'DATABASE_AWAY'

export class ImportError extends Error {
  readonly reason: ImportRefusal

  constructor(reason: ImportRefusal, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
