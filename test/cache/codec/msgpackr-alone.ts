/**
 * Shows what msgpackr does without msgpack.guard.ts: first with hand-made payloads, then with 20,000 payloads of the
 * fuzzer. Prints a table per part. `node test/cache/codec/msgpackr-alone.ts`. Results: docs/decisions/0048-msgpack-guard.md.
 */
import { createRequire } from 'node:module'
import { inspect, isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { Packr } from 'msgpackr/pack'
import { plainCodec } from '../../../src/cache/codec/codec.ts'
import { checkMsgpack } from '../../../src/cache/codec/msgpack.guard.ts'
import { packr, packrOptions, unpack } from '../../../src/cache/codec/msgpackr.ts'
import { bundleBomb, errorBomb, hostileMsgpack, manyShapes, nestedShapes } from './hostile-payloads.ts'
import { junkMsgpack } from './payloads.ts'

const seed = 1
const numRuns = 20_000
const where = { cache: 'fuzz', key: 'k' }
const neighbour = 'text of another payload'

/** Values that msgpackr changes unless msgpack.escape.ts escapes them, or that msgpack.prepare.ts refuses. */
const unprepared: Record<string, unknown> = {
  '-0': -0,
  'a lone surrogate': 'cut \ud83d',
  'a byte order mark': `\ufeff${'mark '.repeat(20)}`,
  'the key __proto__': JSON.parse('{"__proto__":1}'),
  'the key __keys__': { __keys__: 1 },
  'a sparse array': new Array(1),
  'a URL': new URL('https://example.com'),
  'a RegExp': /a/,
  'an object without a prototype': Object.assign(Object.create(null), { a: 1 }),
}

function outcome<Result>(work: () => Result, show: (result: Result) => string): string {
  try {
    return show(work())
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`.slice(0, 60)
  }
}

function kindOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value
}

/** Decodes without the guard. Returns CPU time and the growth of the peak memory. */
function measured(body: Buffer) {
  const [cpu, memory] = [process.cpuUsage(), process.resourceUsage().maxRSS]
  const result = outcome(() => unpack(body, 0), kindOf)
  const { user, system } = process.cpuUsage(cpu)
  return {
    bytes: body.length,
    'CPU ms': Math.round((user + system) / 1_000),
    'peak MB': Math.round((process.resourceUsage().maxRSS - memory) / 1_024),
    result,
  }
}

/** Classifies what msgpackr decodes from `body`, which is a part of a larger buffer. */
function verdict(body: Buffer): string {
  if (isAccepted(body)) return 'accepted by the guard'
  const around = Buffer.from(neighbour)
  const slice = Buffer.concat([around, body, around]).subarray(around.length, -around.length)
  try {
    const value = unpack(slice, 0)
    if (inspect(value, { depth: 9 }).includes(neighbour)) return 'memory outside of the payload'
    return `wrong value: ${value === undefined ? 'undefined' : kindOfRefusal(value)}`
  } catch (error) {
    const { message } = error as Error
    return message.includes('buffer not reached') ? 'error that quotes the payload' : 'error'
  }
}

/** Returns why the codec does not encode `value`. */
function kindOfRefusal(value: unknown): string {
  const refusal = outcome(
    () => plainCodec.encode(value, where),
    () => 'of a kind that the codec encodes',
  )
  return refusal.replace(/^CacheError: | at .*/g, '')
}

function isAccepted(body: Buffer): boolean {
  try {
    return checkMsgpack(body, 0) >= 0
  } catch {
    return false
  }
}

const { version } = createRequire(import.meta.url)('../../../node_modules/msgpackr/package.json')
console.log(`msgpackr ${version}, Node ${process.version}\n\nHand-made payloads, decoded without the guard`)
console.table({
  'bundle heads, 45 kB': measured(bundleBomb(2_500, 25_000)),
  'bundle heads, 450 kB': measured(bundleBomb(25_000, 250_000)),
  'error message, 60 kB': measured(errorBomb(15_000, 30_000)),
  'many shapes, 440 kB': measured(manyShapes(30_000)),
})
console.table(
  hostileMsgpack
    .filter(([, body]) => body.length < 1_000)
    .map(([name, body]) => ({ name, ...measured(body) }))
    .filter(({ result }) => !result.includes(':')),
  ['name', 'bytes', 'result'],
)

console.log('Values, encoded without msgpack.prepare.ts')
console.table(
  Object.entries(unprepared).map(([name, value]) => {
    const alone = new Packr(packrOptions)
    const result = outcome(
      () => unpack(alone.pack(value), 0),
      (decoded) => (isDeepStrictEqual(decoded, value) ? 'equal' : 'changed'),
    )
    const next = outcome(
      () => alone.pack({}),
      () => 'encoded',
    )
    return { name, result, 'the next value': next }
  }),
)

console.log(`\n${numRuns} payloads of the fuzzer, seed ${seed}`)
const verdicts: Record<string, number> = {}
let slowest = 0
for (const body of fc.sample(junkMsgpack, { seed, numRuns })) {
  const start = performance.now()
  const name = verdict(body)
  slowest = Math.max(slowest, performance.now() - start)
  verdicts[name] = (verdicts[name] ?? 0) + 1
}
console.table(Object.fromEntries(Object.entries(verdicts).sort(([, a], [, b]) => b - a)))
console.log(
  `slowest: ${slowest.toFixed(0)} ms; properties of Object.prototype: ${Object.keys(Object.prototype).length}\n`,
)

// Last, since it changes the state of msgpackr.
const records = packr.pack(Array.from({ length: 5_000 }, (_, n) => ({ id: n, price: n * 100, inStock: true })))
const before = decodeMs()
outcome(() => unpack(nestedShapes(4_000), 0), kindOf)
console.log(`Decode of 5,000 records: ${before} ms; after a payload of nested shapes: ${decodeMs()} ms`)

function decodeMs(): string {
  const times = Array.from({ length: 300 }, () => {
    const start = performance.now()
    unpack(records, 0)
    return performance.now() - start
  })
  return times.toSorted((a, b) => a - b)[30]?.toFixed(2) ?? ''
}
