import { describe, expect, it } from 'vitest'
import { createSealedCodec, plainCodec } from '../../src/cache/codec/codec.ts'
import { open, seal } from '../../src/cache/codec/envelope.ts'
import { DecodeError } from '../../src/cache/errors.ts'
import payloads from './envelopes/format-1.json' with { type: 'json' }
import { header, sealKey, values, where } from './envelopes/values.ts'

const schema = 7
const codecs = { plain: plainCodec, sealed: createSealedCodec([sealKey]) }
const payloadOf = (name: string) => Buffer.from(payloads.find((entry) => entry.name === name)?.payload ?? '', 'base64')

describe('payloads of format 1 that were stored by an earlier version', () => {
  it.each(values)(
    'given $name, when the payload is read, then the value equals the stored one',
    ({ name, value, codec }) => {
      expect(open(payloadOf(name), schema, codecs[codec], where)).toEqual({ ...header, value })
    },
  )

  it.each(values.filter(({ codec }) => codec === 'plain'))(
    'given $name, when it is stored today, then the payload has the same bytes',
    ({ name, value }) => {
      expect(seal({ ...header, value }, schema, plainCodec, where).equals(payloadOf(name))).toBe(true)
    },
  )

  it('given another schema of the cache, when the payload is read, then it throws DecodeError, so one load replaces it', () => {
    expect(() => open(payloadOf('json: 0'), schema + 1, plainCodec, where)).toThrow(DecodeError)
  })
})
