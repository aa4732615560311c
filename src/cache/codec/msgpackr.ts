/** The configuration of msgpackr. Each payload is complete in itself: it defines the shapes of its own records. */
import { createRequire } from 'node:module'
// This entry is pure JavaScript. The main entry loads a native addon where one is installed, so payloads could differ.
import { addExtension, Packr, Unpackr } from 'msgpackr/pack'
import { Escape, escapeType, unescapeValue } from './msgpack.escape.ts'

/** msgpackr's build without code generation. It is a module of its own, with its own extensions. It has no types. */
const interpreter: typeof import('msgpackr/pack') = createRequire(import.meta.url)('msgpackr/unpack-no-eval')

const escapeExtension = {
  Class: Escape,
  type: escapeType,
  write: ({ content }: Escape) => content,
  read: unescapeValue,
}
addExtension(escapeExtension)
interpreter.addExtension(escapeExtension)

export const packrOptions = { bundleStrings: true, moreTypes: true, structuredClone: false, useToJSON: false }
const unpackrOptions = { structuredClone: false, copyBuffers: true }

export const packr = new Packr(packrOptions)
const compilingUnpackr = new Unpackr(unpackrOptions)
const interpretingUnpackr = new interpreter.Unpackr(unpackrOptions)

/**
 * msgpackr compiles a function per record shape that a payload uses four times, which takes some 10 µs per key. This is
 * faster from about this many bytes of payload per key on (bench/codec-size.ts). An attacker's payload with many small
 * shapes stays below.
 */
const minBytesPerCompiledKey = 250

/** Decodes without a check. `shapeKeys`: see checkMsgpack. */
export function unpack(body: Buffer, shapeKeys: number): unknown {
  const compiles = body.length >= shapeKeys * minBytesPerCompiledKey
  return (compiles ? compilingUnpackr : interpretingUnpackr).unpack(body)
}
