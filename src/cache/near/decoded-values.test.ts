import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { Envelope } from '../codec/envelope.ts'
import { createDecodedValues } from './decoded-values.ts'

it('given thousands of small payloads between other buffers (found by a soak test: 14 MB a minute), when they are remembered, then each takes its own bytes and not a pool of 64 KiB', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const decoded = createDecodedValues<string>(2 ** 24)
  const held = () => {
    collect()
    return process.memoryUsage().arrayBuffers
  }
  const [entries, bytes] = [2_000, 300]
  const before = held()
  for (let key = 0; key < entries; key++) {
    decoded.decode(`k${key}`, Buffer.alloc(bytes, key), () => ({ value: 'v' }) as Envelope<string>)
    for (let other = 0; other < 16; other++) Buffer.from('x'.repeat(3_000)) // other work, so that the pool advances
  }
  expect(held() - before).toBeLessThan(entries * 8_192) // the process has other buffers, too; with the pool it would be 64 KiB for each
  expect(decoded.decode('k7', Buffer.alloc(bytes, 7), () => expect.unreachable('it is there')).value).toBe('v')
})
