/**
 * Escapes values that msgpackr would change silently. msgpackr encodes -0 as 0, replaces lone surrogates with U+FFFD,
 * drops a byte order mark at the start of a string, and renames the key `__proto__`. The key `__keys__` corrupts its
 * table of record shapes.
 */

/** The type of the MessagePack extension. */
export const escapeType = 1

/** Contains such a value in a form that msgpackr keeps. msgpackr selects an extension by class. */
export class Escape {
  /** null for -0; UTF-16 for a string; alternating keys and values for an object. */
  readonly content: null | Buffer | readonly unknown[]
  constructor(content: null | Buffer | readonly unknown[]) {
    this.content = content
  }
}

export function needsEscape(text: string): boolean {
  return !text.isWellFormed() || text.charCodeAt(0) === 0xfeff
}

export function keyNeedsEscape(key: string): boolean {
  return key === '__proto__' || key === '__keys__' || needsEscape(key)
}

export function escapeText(text: string): Escape {
  return new Escape(Buffer.from(text, 'utf16le'))
}

/** Returns the value that was escaped. Throws TypeError if `content` is not that of an Escape. */
export function unescapeValue(content: unknown): unknown {
  if (content === null) return -0
  if (Buffer.isBuffer(content)) return content.toString('utf16le')
  if (!Array.isArray(content) || content.length % 2 === 1) throw new TypeError('Expected alternating keys and values.')
  const object = {}
  for (let index = 0; index < content.length; index += 2) {
    const [key, value]: unknown[] = content.slice(index, index + 2)
    if (typeof key !== 'string') throw new TypeError('Expected a string as key.')
    // An assignment to __proto__ would set the prototype.
    Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true })
  }
  return object
}
