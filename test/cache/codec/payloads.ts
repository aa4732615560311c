/** Arbitrary payloads for the msgpack codec that mostly no encoder made. */
import fc from 'fast-check'
import { encodeMsgpack } from '../../../src/cache/codec/msgpack.ts'
import { hostileMsgpack, join, uint32 } from './hostile-payloads.ts'
import { values } from './values.ts'

const maxBytes = 100_000

/** The tokens that begin something: a bundled string, an extension, a record, an array, a Map, … */
const tokens = [0xc1, 0xd4, 0xd6, 0xc8, 0xc7, 0x62, 0x72, 0x73, 0x74, 0x01, 0x40, 0x91, 0x81, 0xdd, 0xff, 0x00, 0xc4]

interface Edit {
  kind: 'cut' | 'remove' | 'insert' | 'replace' | 'flip' | 'repeat' | 'splice'
  at: number
  length: number
  token: number
  times: number
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('cut', 'remove', 'insert', 'replace', 'flip', 'repeat', 'splice'),
  at: fc.nat(),
  length: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 200 })),
  token: fc.oneof(fc.constantFrom(...tokens), fc.nat(255)),
  times: fc.oneof(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 5_000 })),
})

function edited(bytes: Buffer, { kind, at, length, token, times }: Edit, other: Buffer): Buffer {
  const start = bytes.length === 0 ? 0 : at % bytes.length
  const [before, after] = [bytes.subarray(0, start), bytes.subarray(start)]
  const slice = after.subarray(0, length)
  switch (kind) {
    case 'cut':
      return before
    case 'remove':
      return join(before, after.subarray(length))
    case 'insert':
      return join(before, token, after)
    case 'replace':
      return join(before, token, after.subarray(1))
    case 'flip':
      return join(before, (after[0] ?? 0) ^ (1 << (token & 7)), after.subarray(1))
    case 'repeat':
      return join(before, Buffer.alloc(slice.length * times, slice), after)
    case 'splice':
      return join(before, other.subarray(other.length === 0 ? 0 : token % other.length))
  }
}

/** Applies up to three edits to an arbitrary payload; `splice` appends a part of another one. */
export function damaged(payload: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(payload, payload, fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([first, other, edits]) =>
      edits.reduce((bytes: Buffer, each) => edited(bytes, each, other).subarray(0, maxBytes), first),
    )
}

const text = fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).map((chars) => join(0xa0 + chars.length, chars))
const extensionTypes = [0x01, 0x00, 0x42, 0x62, 0x65, 0x69, 0x70, 0x72, 0x73, 0x74, 0x78, 0xff]
const extensionType = fc.oneof(fc.constantFrom(...extensionTypes), fc.nat(255))

/** Well-formed MessagePack with msgpackr's extensions, used by the codec or not, in any combination. */
const wellFormed: fc.Arbitrary<Buffer> = fc.letrec<{ value: Buffer }>((tie) => {
  const value = tie('value')
  const items = fc.array(value, { maxLength: 4 })
  return {
    value: fc.oneof(
      { maxDepth: 6, depthSize: 'small' },
      fc.oneof(
        text,
        fc.nat(255).map((token) => join(token)),
        fc.constantFrom(0xc0, 0xc2, 0xc3).map((t) => join(t)),
      ),
      items.map((parts) => join(0x90 + parts.length, ...parts)),
      fc.array(fc.tuple(value, value), { maxLength: 3 }).map((parts) => join(0x80 + parts.length, ...parts.flat())),
      fc
        .tuple(fc.nat(0x3f), fc.array(fc.oneof(text, value), { maxLength: 3 }), items)
        .map(([id, keys, parts]) => join(0xd4, 0x72, 0x40 + id, 0x90 + keys.length, ...keys, ...parts)),
      fc.tuple(fc.nat(0x3f), items).map(([id, parts]) => join(0x40 + id, ...parts)),
      fc.tuple(extensionType, value).map(([type, part]) => join(0xd4, type, 0, part)),
      fc
        .tuple(extensionType, fc.uint8Array({ maxLength: 20 }))
        .map(([type, bytes]) => join(0xc7, bytes.length, type, Buffer.from(bytes))),
      fc
        .tuple(fc.nat(20), fc.nat(20), value)
        .map(([offset, length, part]) => join(0xd6, 0x62, uint32(offset), 0xc1, length, part)),
    ),
  }
}).value

const encoded = values.map((value) => encodeMsgpack(value, 'fuzz').subarray(1))
const small = hostileMsgpack.map(([, bytes]) => bytes).filter((bytes) => bytes.length < 1_000)

/** Without the first byte, which names the codec. */
export const junkMsgpack: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: damaged(encoded) },
  { weight: 3, arbitrary: wellFormed },
  { weight: 2, arbitrary: damaged(fc.oneof(wellFormed, fc.constantFrom(...small))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
)
