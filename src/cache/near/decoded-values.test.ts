import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { Envelope } from '../codec/envelope.ts'
import { createDecoded } from './decoded-values.ts'

it('given thousands of small payloads between other buffers (found by a soak: 14 MB a minute), when kept, then they take up their bytes, and not a pool each', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const decoded = createDecoded<string>(2 ** 24)
  const held = () => {
    collect()
    return process.memoryUsage().arrayBuffers
  }
  const [entries, bytes] = [2_000, 300]
  const before = held()
  for (let key = 0; key < entries; key++) {
    decoded.open(`k${key}`, Buffer.alloc(bytes, key), () => ({ value: 'v' }) as Envelope<string>)
    for (let other = 0; other < 16; other++) Buffer.from('x'.repeat(3_000)) // what else there is to do: the pool moves on
  }
  expect(held() - before).toBeLessThan(entries * 8_192) // others in this process have some, too; the pool has 64 KiB for each
  expect(decoded.open('k7', Buffer.alloc(bytes, 7), () => expect.unreachable('it is there')).value).toBe('v')
})
