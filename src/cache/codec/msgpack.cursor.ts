/**
 * The read position of msgpack.guard.ts. The state is one per process: a check is synchronous and allocates nothing.
 * Reads throw RangeError at the end of the payload.
 */

const nothing = new Uint8Array()
let bytes: Uint8Array = nothing
let at = 0

export function openPayload(payload: Uint8Array, offset: number): void {
  bytes = payload
  at = offset
}

/** Drops the reference to the payload. */
export function closePayload(): void {
  bytes = nothing
}

export function position(): number {
  return at
}

export function seek(target: number): void {
  at = target
}

/** Moves past `length` bytes. The next read, or the comparison of the final position, detects a truncated payload. */
export function skip(length: number): void {
  at += length
}

export function peek(): number {
  return bytes[at] ?? refuse()
}

export function byte(): number {
  return bytes[at++] ?? refuse()
}

export function uint16(): number {
  return (byte() << 8) | byte()
}

export function uint32(): number {
  return uint16() * 0x10000 + uint16()
}

/** Skips the string that begins with `token`. Returns its length in bytes. */
export function skipString(token: number): number {
  const length = stringLength(token)
  at += length
  return length
}

function stringLength(token: number): number {
  if (token >= 0xa0 && token < 0xc0) return token - 0xa0
  if (token === 0xd9) return byte()
  if (token === 0xda) return uint16()
  if (token === 0xdb) return uint32()
  return refuse()
}

/** Reads an integer of at most 16 bits. */
export function int(): number {
  const token = byte()
  if (token < 0x40) return token
  if (token >= 0xe0) return token - 0x100
  if (token === 0xcc) return byte()
  if (token === 0xcd) return uint16()
  if (token === 0xd0) return (byte() << 24) >> 24
  if (token === 0xd1) return (uint16() << 16) >> 16
  return refuse()
}

/** Throws RangeError. The message does not quote the payload, which may contain secrets. */
export function refuse(): never {
  throw new RangeError('The payload is not MessagePack of this codec.')
}
