/**
 * Checks the string bundles of a payload, for msgpack.guard.ts.
 *
 * msgpackr collects strings of 4 to 4,095 characters in bundles. A bundle is two strings, first the concatenated
 * non-ASCII strings, then the concatenated ASCII strings; a value contains only the length of its string. The head of a
 * bundle stands before its first use and contains the offset of the bundle, which follows after its last use: inside
 * the head of the next bundle, or at the end of the payload.
 *
 * msgpackr decodes the whole bundle at each head, wherever the head points. So each bundle must have one head only.
 */
import { byte, int, position, refuse, seek, skipString, uint32 } from './msgpack.cursor.ts'

const offsetBytes = 4

// The current bundle.
let isOpen = false
let start = 0
let end = 0
let asciiLeft = 0
/** In bytes. An upper bound for the characters left: each UTF-16 unit takes at least one byte. */
let nonAsciiLeft = 0

export function resetBundle(): void {
  isOpen = false
}

/** Checks a head, whose content is the next `length` bytes, and the end of the bundle before. */
export function openBundle(length: number): void {
  const head = position()
  const next = head + length
  if (isOpen) checkBundle(head + offsetBytes, next)
  else if (length !== offsetBytes) refuse()
  isOpen = true
  start = head + uint32()
  seek(start)
  nonAsciiLeft = skipString(byte())
  asciiLeft = skipString(byte())
  end = position()
  seek(next)
}

/** Checks that nothing but the last bundle, if there is one, follows the value. */
export function checkEnd(payloadEnd: number): void {
  if (isOpen) checkBundle(position(), payloadEnd)
  else if (position() !== payloadEnd) refuse()
}

/** Checks that the current bundle fills these bytes, and that all its ASCII strings have been used. */
function checkBundle(expectedStart: number, expectedEnd: number): void {
  if (start !== expectedStart || end !== expectedEnd || asciiLeft !== 0) refuse()
}

/** Checks a reference to a string of the current bundle: the length, negative for the non-ASCII string. */
export function useBundledString(): void {
  if (!isOpen) refuse()
  const length = int()
  if (length > 0) asciiLeft -= length
  else nonAsciiLeft += length
  if (asciiLeft < 0 || nonAsciiLeft < 0) refuse()
}
