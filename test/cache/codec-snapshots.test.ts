/** Payloads of earlier versions must stay readable: a deployment does not empty Redis. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createSealedCodec, plainCodec } from '../../src/cache/codec/codec.ts'
import { encodeJson, fitsJson } from '../../src/cache/codec/json.ts'
import { encodeMsgpack } from '../../src/cache/codec/msgpack.ts'
import { snapshotCache, snapshotKey, values } from './snapshots/values.ts'

interface Snapshot {
  /** Text. */
  json: Record<string, string>
  /** Base64. */
  msgpack: Record<string, string>
  sealed: Record<string, string>
}

const folder = `${import.meta.dirname}/snapshots`
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()
const read = (file: string): Snapshot => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'))
const sealedCodec = createSealedCodec([snapshotKey])

describe.each(files)('snapshot %s', (file) => {
  const { json, msgpack, sealed } = read(file)
  const payloads = [
    ...Object.entries(json).map(([name, text]) => ['JSON', name, Buffer.from(text), plainCodec] as const),
    ...Object.entries(msgpack).map(
      ([name, text]) => ['msgpack', name, Buffer.from(text, 'base64'), plainCodec] as const,
    ),
    ...Object.entries(sealed).map(
      ([name, text]) => ['sealed', name, Buffer.from(text, 'base64'), sealedCodec] as const,
    ),
  ]

  it.each(payloads)(
    'given its %s payload of "%s", when it is decoded, then the result equals the recorded value',
    (_, name, payload, codec) => {
      expect(values).toHaveProperty([name])
      expect(codec.decode(payload, 0, { cache: snapshotCache, key: name })).toStrictEqual(values[name])
    },
  )
})

describe('the newest snapshot', () => {
  const newest = read(files.at(-1) ?? '')
  const hint = 'The format has changed. If this is intended, run: node test/cache/snapshots/take.ts'

  it.each(Object.entries(values))(
    'given "%s", when it is encoded now, then the bytes equal the snapshot',
    (name, value) => {
      if (fitsJson(value, Number.POSITIVE_INFINITY)) expect(encodeJson(value).toString(), hint).toBe(newest.json[name])
      else expect(newest.json, hint).not.toHaveProperty([name])
      expect(encodeMsgpack(value, snapshotCache).toString('base64'), hint).toBe(newest.msgpack[name])
    },
  )

  it('given all values, when they are looked up in the snapshot, then each has a sealed payload', () => {
    expect(Object.keys(newest.sealed), hint).toEqual(Object.keys(values))
  })
})
