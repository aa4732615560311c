import { describe, expect, it } from 'vitest'
import { parseSealKeys } from './codec.ts'

const [one, two] = [Buffer.alloc(32, 0xfb), Buffer.from(Array.from({ length: 32 }, (_, n) => n))]

describe('CACHE_SEAL_KEY', () => {
  it.each([
    ['base64', one.toString('base64')],
    ['base64url', one.toString('base64url')],
    ['hex', one.toString('hex')],
    ['HEX', one.toString('hex').toUpperCase()],
  ])('given a key in %s, when it is parsed, then the result is the key', (_, text) => {
    expect(parseSealKeys(text)).toEqual([one])
  })

  it('given two keys with whitespace, when they are parsed, then the result is both keys in order', () => {
    expect(parseSealKeys(` ${two.toString('hex')} , ${one.toString('base64')}\n`)).toEqual([two, one])
  })

  it.each([
    ['an empty text', ''],
    ['31 bytes', one.subarray(1).toString('base64')],
    ['33 bytes', Buffer.alloc(33, 1).toString('base64')],
    ['16 bytes in hex', one.subarray(16).toString('hex')],
    ['a password', 'correct horse battery staple, or one of 43 letters'],
    ['a trailing comma', `${one.toString('base64')},`],
  ])('given %s, when it is parsed, then it throws TypeError without the text in the message', (_, text) => {
    const parse = () => parseSealKeys(text)
    expect(parse).toThrow(TypeError)
    expect(parse).toThrow(/^CACHE_SEAL_KEY: key \d of \d is not 32 bytes in base64 or hex\.$/)
  })
})
