/** Encrypts and authenticates payloads. A reader detects changes, and payloads that were moved to another key. */
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

// Format: s · version · id of the key · nonce · ciphertext · authentication tag.
const version = 1
const headLength = 3
const nonceLength = 12
const tagLength = 16
const algorithm = 'aes-256-gcm'
const options = { authTagLength: tagLength }

export interface Sealer {
  seal(plain: Buffer, where: Where): Buffer
  /** Decrypts `payload` from `offset` on. Throws DecodeError. */
  open(payload: Buffer, offset: number, where: Where): Buffer
}

interface Where {
  cache: string
  key: string
}

/** See createSealedCodec. Throws TypeError if `keys` is empty or a key does not have 32 bytes. */
export function createSealer(keys: readonly Buffer[]): Sealer {
  const sealKeys = keys.map(createSealKey)
  const [first] = sealKeys
  if (!first) throw new TypeError('The sealed codec needs at least one key.')
  return {
    seal: (plain, where) => seal(first, plain, where),
    open: (payload, offset, where) => {
      const sealed = offset === 0 ? payload : payload.subarray(offset)
      const refusal = (what: string) => new DecodeError(`A payload of cache "${where.cache}" ${what}.`)
      if (sealed[0] !== sealedByte) throw refusal('is not sealed')
      if (sealed[1] !== version) throw refusal('has an unknown version of the sealed format')
      const candidates = sealKeys.filter(({ id }) => id === sealed[2])
      if (candidates.length === 0) throw refusal('was sealed with a key that is not configured')
      for (const candidate of candidates) {
        const plain = open(candidate, sealed, where)
        if (plain) return plain
      }
      throw refusal('is not authentic: it was changed, or belongs to another cache key')
    },
  }
}

interface SealKey {
  key: KeyObject
  /** Selects the key of a payload. Not unique: one byte of the key's hash. */
  id: number
}

function createSealKey(key: Buffer): SealKey {
  if (key.length !== 32) throw new TypeError(`A key of the sealed codec must have 32 bytes, not ${key.length}.`)
  return { key: createSecretKey(key), id: createHash('sha256').update(key).digest().readUInt8() }
}

function seal({ key, id }: SealKey, plain: Buffer, where: Where): Buffer {
  const sealed = Buffer.allocUnsafe(headLength + nonceLength + plain.length + tagLength)
  sealed.set([sealedByte, version, id])
  const nonce = randomFillSync(sealed.subarray(headLength, headLength + nonceLength))
  const cipher = createCipheriv(algorithm, key, nonce, options).setAAD(additionalData(id, where))
  cipher.update(plain).copy(sealed, headLength + nonceLength)
  cipher.final()
  cipher.getAuthTag().copy(sealed, sealed.length - tagLength)
  return sealed
}

/** Returns undefined unless `seal` made this payload with this key for this cache and cache key. */
function open({ key, id }: SealKey, sealed: Buffer, where: Where): Buffer | undefined {
  try {
    const nonce = sealed.subarray(headLength, headLength + nonceLength)
    const decipher = createDecipheriv(algorithm, key, nonce, options).setAAD(additionalData(id, where))
    decipher.setAuthTag(sealed.subarray(-tagLength))
    const plain = decipher.update(sealed.subarray(headLength + nonceLength, -tagLength))
    decipher.final() // throws if the payload is not authentic
    return plain
  } catch {
    return undefined
  }
}

/** The additional authenticated data. JSON keeps the parts apart, so it is unique per cache and key. */
function additionalData(id: number, { cache, key }: Where): Buffer {
  return Buffer.from(JSON.stringify([version, id, cache, key]))
}
