/**
 * What msgpackr would change without a word, and how it is written instead. -0 becomes 0; half a surrogate pair becomes
 * U+FFFD; a byte order mark at the start of a text is dropped; of the keys below one is renamed, the other breaks its
 * tables.
 */

/** Of the msgpack extension. */
export const rewrittenType = 1

/** Stands for such a value: msgpackr finds an extension by its class. */
export class Rewritten {
  /** null for -0; the UTF-16 of a string; key, value, key, … of an object. */
  readonly content: null | Buffer | readonly unknown[]
  constructor(content: null | Buffer | readonly unknown[]) {
    this.content = content
  }
}

export function isHardKey(key: string): boolean {
  return key === '__proto__' || key === '__keys__' || isHardText(key)
}

export function isHardText(text: string): boolean {
  return !text.isWellFormed() || text.charCodeAt(0) === 0xfeff
}

export function rewriteText(text: string): Rewritten {
  return new Rewritten(Buffer.from(text, 'utf16le'))
}

/** What `content` stands for. Throws TypeError if it is none. */
export function restore(content: unknown): unknown {
  if (content === null) return -0
  if (Buffer.isBuffer(content)) return content.toString('utf16le')
  if (!Array.isArray(content) || content.length % 2 === 1) throw new TypeError('Stands for nothing.')
  const object = {}
  for (let index = 0; index < content.length; index += 2) {
    const [key, value]: unknown[] = content.slice(index, index + 2)
    if (typeof key !== 'string') throw new TypeError('Not a key.')
    // Assigned, __proto__ would set the prototype.
    Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true })
  }
  return object
}
