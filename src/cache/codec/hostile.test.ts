/** Hand-made payloads that an attacker with write access to Redis could store. */
import { describe, expect, it } from 'vitest'
import { hostileMsgpack, join } from '../../../test/cache/codec/hostile-payloads.ts'
import { DecodeError } from '../errors.ts'
import { plainCodec } from './codec.ts'
import { checkMsgpack } from './msgpack.guard.ts'
import { encodeMsgpack } from './msgpack.ts'

const where = { cache: 'product', key: 'blue-mug' }
const decode = (payload: Buffer) => plainCodec.decode(payload, 0, where)
const m = join('m')

const hostileJson: [string, Buffer][] = [
  ['100,000 nested arrays in JSON', join('j', '['.repeat(100_000), ']'.repeat(100_000))],
  ['101 nested objects in JSON', join('j', '{"a":'.repeat(101), '1', '}'.repeat(101))],
]

/** Valid for the guard; msgpack.escape.ts refuses them. */
const refusedLater = ['half a property of an escaped object', 'an escaped object with a number as key']

/** In CPU time, so that other processes do not matter. */
const maxMs = 1_000

describe('the plain codec, with hostile payloads', () => {
  it.each([...hostileJson, ...hostileMsgpack.map(([name, body]) => [name, join(m, body)] as const)])(
    '[case 12] given %s, when it is decoded, then it throws DecodeError soon and the next payload decodes',
    (_, payload) => {
      const start = process.cpuUsage()
      expect(() => decode(payload)).toThrow(DecodeError)
      const { user, system } = process.cpuUsage(start)
      expect((user + system) / 1_000).toBeLessThan(maxMs)
      const value = [new Date(0), { next: 'value', list: ['of', 'several', 'strings'] }]
      expect(decode(plainCodec.encode(value, where))).toStrictEqual(value)
    },
  )

  it.each(hostileMsgpack.filter(([name]) => !refusedLater.includes(name) && !name.startsWith('undefined')))(
    'given %s, when the guard checks it after other payloads, then the guard refuses it',
    (_, body) => {
      checkMsgpack(encodeMsgpack([{ records: 'of one property' }, {}], where.cache), 1)
      expect(() => checkMsgpack(body, 0)).toThrow(RangeError)
      const refusedBundle = join(0xd6, 0x62, 0, 0, 0, 6, 0xc1, 0x04, 0xa0, 0xb8, 'abcdefghijklmnopqrstuvwx')
      expect(() => checkMsgpack(refusedBundle, 0)).toThrow(RangeError)
      expect(() => checkMsgpack(body, 0)).toThrow(RangeError)
    },
  )

  it('[case 12] given a record with the key __proto__, when it is decoded, then no prototype changes', () => {
    const nested = join(0xd4, 0x72, 0x41, 0x91, 0xa7, 'isAdmin', 0xc3)
    const decoded = decode(join(m, 0xd4, 0x72, 0x40, 0x91, 0xa9, '__proto__', nested)) as object
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype)
    expect('isAdmin' in decoded || 'isAdmin' in {}).toBe(false)
  })
})
