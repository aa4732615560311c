/** Seals bodies, so that in Redis nobody reads them, changes them, or moves them to another key unnoticed. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  type KeyObject,
  randomFillSync,
} from 'node:crypto'
import { DecodeError } from '../errors.ts'

const sealedByte = 0x73 // s

// A body is: s · version · id of the key · nonce · the plain body, encrypted · tag.
const version = 1
const headLength = 3
const nonceLength = 12
const tagLength = 16
const algorithm = 'aes-256-gcm'
const options = { authTagLength: tagLength }

export interface Sealer {
  seal(plain: Buffer, where: Where): Buffer
  /** What was sealed, out of `payload` from `offset` on. Throws DecodeError. */
  open(payload: Buffer, offset: number, where: Where): Buffer
}

interface Where {
  cache: string
  key: string
}

/** See createSealedCodec. Throws TypeError without keys, or for one that has not 32 bytes. */
export function createSealer(keys: readonly Buffer[]): Sealer {
  const seals = keys.map(createSeal)
  const [first] = seals
  if (!first) throw new TypeError('The sealed codec needs a key.')
  return {
    seal: (plain, where) => seal(first, plain, where),
    open: (payload, offset, where) => {
      const sealed = offset === 0 ? payload : payload.subarray(offset)
      const refusal = (what: string) => new DecodeError(`A payload of cache "${where.cache}" ${what}.`)
      if (sealed[0] !== sealedByte) throw refusal('is not sealed')
      if (sealed[1] !== version) throw refusal('is sealed in a way of another version')
      const candidates = seals.filter(({ id }) => id === sealed[2])
      if (candidates.length === 0) throw refusal('was sealed with a key that is not among ours')
      for (const candidate of candidates) {
        const plain = open(candidate, sealed, where)
        if (plain) return plain
      }
      throw refusal('does not open: it was changed, or belongs to another key')
    },
  }
}

interface Seal {
  key: KeyObject
  /** Leads from a payload to its key; two keys may share it. */
  id: number
}

function createSeal(key: Buffer): Seal {
  if (key.length !== 32) throw new TypeError('A key of the sealed codec has 32 bytes.')
  return { key: createSecretKey(key), id: createHash('sha256').update(key).digest().readUInt8() }
}

function seal({ key, id }: Seal, plain: Buffer, where: Where): Buffer {
  const sealed = Buffer.allocUnsafe(headLength + nonceLength + plain.length + tagLength)
  sealed.set([sealedByte, version, id])
  const nonce = randomFillSync(sealed.subarray(headLength, headLength + nonceLength))
  const cipher = createCipheriv(algorithm, key, nonce, options).setAAD(boundTo(id, where))
  cipher.update(plain).copy(sealed, headLength + nonceLength)
  cipher.final()
  cipher.getAuthTag().copy(sealed, sealed.length - tagLength)
  return sealed
}

/** What was sealed; undefined if this is not exactly what `seal` made for this place. */
function open({ key, id }: Seal, sealed: Buffer, where: Where): Buffer | undefined {
  try {
    const nonce = sealed.subarray(headLength, headLength + nonceLength)
    const decipher = createDecipheriv(algorithm, key, nonce, options).setAAD(boundTo(id, where))
    decipher.setAuthTag(sealed.subarray(-tagLength))
    const plain = decipher.update(sealed.subarray(headLength + nonceLength, -tagLength))
    decipher.final() // throws unless all of it is genuine
    return plain
  } catch {
    return undefined
  }
}

/** In JSON, so that no two places read the same. */
function boundTo(id: number, { cache, key }: Where): Buffer {
  return Buffer.from(JSON.stringify([version, id, cache, key]))
}
