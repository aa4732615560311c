import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DecodeError } from '../errors.ts'
import { createSealedCodec, plainCodec } from './codec.ts'

const [oldKey, newKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const codec = createSealedCodec([oldKey])
const where = { cache: 'session', key: 'token-1' }
const value = { email: 'ada@example.com', passwordHash: 'argon2id$abcdef' }

describe('the sealed codec', () => {
  it('given a value, when it is sealed, then the payload contains no part of the value, the cache, the key or the secret', () => {
    const sealed = codec.encode(value, where).toString('latin1')
    for (const word of ['email', 'ada@', 'argon2id', 'session', 'token-1', oldKey.toString('latin1')]) {
      expect(sealed).not.toContain(word)
    }
  })

  it('given one value, when it is sealed 1,000 times, then all payloads and all nonces are different', () => {
    const payloads = Array.from({ length: 1_000 }, () => codec.encode(value, where))
    expect(new Set(payloads.map((payload) => payload.toString('hex'))).size).toBe(1_000)
    expect(new Set(payloads.map((payload) => payload.toString('hex', 3, 15))).size).toBe(1_000)
  })

  it('given a payload, when any bit is flipped, then decoding throws DecodeError', () => {
    const sealed = codec.encode(value, where)
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = Buffer.from(sealed)
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(() => codec.decode(flipped, 0, where), `bit ${bit}`).toThrow(DecodeError)
    }
  })

  it('given a payload, when it is truncated anywhere or one byte is appended, then decoding throws DecodeError', () => {
    const sealed = codec.encode(value, where)
    for (let end = 0; end < sealed.length; end++) {
      expect(() => codec.decode(sealed.subarray(0, end), 0, where), `${end} bytes`).toThrow(DecodeError)
    }
    expect(() => codec.decode(Buffer.concat([sealed, Buffer.of(0)]), 0, where)).toThrow(DecodeError)
  })

  it.each([
    ['key', { cache: 'session', key: 'token-2' }],
    ['cache', { cache: 'sessions', key: 'token-1' }],
    ['boundary between cache and key', { cache: 'sessiontoken-1', key: '' }],
  ])('given a payload, when it is decoded under another %s, then it throws DecodeError', (_, other) => {
    expect(() => codec.decode(codec.encode(value, where), 0, other)).toThrow(DecodeError)
  })

  it('given a payload of the plain codec, when the sealed codec decodes it, then it throws DecodeError, and vice versa', () => {
    expect(() => codec.decode(plainCodec.encode(value, where), 0, where)).toThrow(DecodeError)
    expect(() => plainCodec.decode(codec.encode(value, where), 0, where)).toThrow(DecodeError)
  })

  it('given a new key before the old one, when keys are rotated, then old payloads decode until the old key is removed', () => {
    const [both, onlyNew] = [createSealedCodec([newKey, oldKey]), createSealedCodec([newKey])]
    const [old, fresh] = [codec.encode(value, where), both.encode(value, where)]
    expect(both.decode(old, 0, where)).toEqual(value)
    expect(onlyNew.decode(fresh, 0, where)).toEqual(value)
    expect(() => onlyNew.decode(old, 0, where)).toThrow(DecodeError)
    expect(() => codec.decode(fresh, 0, where)).toThrow(DecodeError)
  })

  it('given two keys with the same id, when both are configured, then each decrypts its own payloads', () => {
    const id = (key: Buffer) => createHash('sha256').update(key).digest().readUInt8()
    const numbered = Array.from({ length: 10_000 }, (_, n) => Buffer.alloc(32, `key ${n}`))
    const twin = numbered.find((key) => id(key) === id(oldKey)) ?? newKey
    const [ofTwin, both] = [createSealedCodec([twin]), createSealedCodec([oldKey, twin])]
    expect(id(twin)).toBe(id(oldKey))
    expect(both.decode(ofTwin.encode(value, where), 0, where)).toEqual(value)
    expect(both.decode(codec.encode(value, where), 0, where)).toEqual(value)
    expect(() => ofTwin.decode(codec.encode(value, where), 0, where)).toThrow(DecodeError)
  })

  it('given a payload of another key, when it is decoded, then the error names the cache but neither key nor content', () => {
    const message = /^A payload of cache "session" is not authentic: it was changed, or belongs to another cache key\.$/
    const moved = () => codec.decode(codec.encode(value, where), 0, { ...where, key: 'token-2' })
    expect(moved).toThrow(message)
  })

  it.each([[[]], [[Buffer.alloc(31)]], [[oldKey, Buffer.alloc(64)]]])(
    'given invalid keys %#, when the codec is created, then it throws TypeError',
    (keys) => {
      expect(() => createSealedCodec(keys)).toThrow(TypeError)
    },
  )
})
