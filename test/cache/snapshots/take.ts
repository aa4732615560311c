/**
 * Writes the payloads of all values to a new file of this folder. Run it after an intended change of the format, which
 * codec-snapshots.test.ts detects. Never change an existing snapshot: such payloads may be stored in a Redis.
 */
import { readdirSync, writeFileSync } from 'node:fs'
import { createSealedCodec } from '../../../src/cache/codec/codec.ts'
import { encodeJson, fitsJson } from '../../../src/cache/codec/json.ts'
import { encodeMsgpack } from '../../../src/cache/codec/msgpack.ts'
import { snapshotCache, snapshotKey, values } from './values.ts'

const sealed = createSealedCodec([snapshotKey])
const all = Object.entries(values)
const plain = all.filter(([, value]) => fitsJson(value, Number.POSITIVE_INFINITY))
const base64 = (encode: (value: unknown, name: string) => Buffer) =>
  Object.fromEntries(all.map(([name, value]) => [name, encode(value, name).toString('base64')]))

const snapshot = {
  json: Object.fromEntries(plain.map(([name, value]) => [name, encodeJson(value).toString()])),
  msgpack: base64((value) => encodeMsgpack(value, snapshotCache)),
  sealed: base64((value, name) => sealed.encode(value, { cache: snapshotCache, key: name })),
}
const number = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json')).length + 1
const file = `${import.meta.dirname}/${String(number).padStart(4, '0')}.json`
writeFileSync(file, `${JSON.stringify(snapshot, undefined, 2)}\n`, { flag: 'wx' })
console.log(file)
