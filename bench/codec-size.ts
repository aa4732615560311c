/**
 * Measures from which size on MessagePack is faster than JSON. Encodes and decodes generated shop data of growing size
 * with both codecs. `node bench/codec-size.ts`, on an idle machine. Only numbers of one row are comparable.
 */
import { availableParallelism, cpus } from 'node:os'
import { msgpackFrom } from '../src/cache/codec/codec.ts'
import { decodeJson, encodeJson, fitsJson } from '../src/cache/codec/json.ts'
import { decodeMsgpack, encodeMsgpack } from '../src/cache/codec/msgpack.ts'

const sizes = [200, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 200_000]
/** Reads of an entry per fill: hit ratios of 50, 80 and 90 %. */
const readsPerFill = [1, 4, 9]
const rounds = 41
const warmUps = 5
const roundMs = 2
/** Different values per size, so that consecutive runs do not use the same strings. */
const variations = 6

const id = (n: number) => `0194ff5e-1a1d-7000-9f2a-${(n * 7_919).toString(16).padStart(12, '0')}`
const words = 'mug linen oak everyday dishwasher glazed hand-thrown café größe matte limited series no. 12'.split(' ')
const text = (n: number, length: number) =>
  Array.from({ length }, (_, at) => words[(n * 31 + at * 17) % words.length]).join(' ')
const price = (n: number) => ({
  currency: n % 2 ? 'EUR' : 'USD',
  amountMinor: 1_290 + (n % 9_000),
  compareAtMinor: null,
})

const card = (n: number) => ({
  ...{ id: id(n), slug: `blue-mug-${n.toString(36)}`, title: text(n, 3), vendor: words[n % 9], inStock: n % 3 > 0 },
  ...{ price: price(n), image: { url: `https://images.example.com/blue-mug-${n}/1.jpg`, alt: text(n, 3) } },
})

const variant = (n: number) => ({
  ...{
    id: id(n),
    sku: `MUG-${n}`,
    title: `${n % 500} ml`,
    barcode: `20${n}`,
    weightGrams: 300 + (n % 99),
    version: n % 7,
  },
  ...{ options: [id(n + 1), id(n + 2)], prices: [price(n), price(n + 1), price(n + 2)] },
})

const product = (n: number, variants: number) => ({
  ...{ id: id(n), slug: `blue-mug-${n}`, title: text(n, 3), description: text(n, 40), tags: words.slice(n % 5, 4) },
  ...{ status: 'active', version: n, updatedAt: '2026-11-23T16:14:00.000Z' },
  variants: Array.from({ length: variants }, (_, at) => variant(n * 100 + at)),
})

/** Each creates a value from a seed and a count, which determines its size. */
const kinds: Record<string, (seed: number, count: number) => unknown> = {
  'list of cards': (seed, count) => ({
    items: Array.from({ length: count }, (_, at) => card(seed + at)),
    nextCursor: id(seed),
  }),
  'one product': product,
  'list of products': (seed, count) => Array.from({ length: count }, (_, at) => product(seed + at, 4)),
  'stock by id': (seed, count) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [id(seed + at), at % 300])),
  text: (seed, count) => ({ id: id(seed), body: text(seed, count) }),
}

interface Row {
  jsonBytes: number
  msgpackBytes: number
  /** µs: JSON encode, JSON decode, MessagePack encode, MessagePack decode. */
  times: number[]
}

console.log(`Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}. Times in µs, medians.\n`)
for (const [kind, make] of Object.entries(kinds)) {
  console.log(`${kind}\n${header()}`)
  const rows = sizes.flatMap((size) => measure(valuesOf(make, size)) ?? [])
  for (const row of rows) console.log(line(row))
  for (const reads of readsPerFill) console.log(`  ${reads} reads per fill: ${verdict(rows, reads)}`)
  console.log()
}

/** Returns values of about `size` bytes of JSON, or none if the kind has no value of such a size. */
function valuesOf(make: (seed: number, count: number) => unknown, size: number): unknown[] {
  const bytes = (count: number) => JSON.stringify(make(1, count)).length
  const each = (bytes(101) - bytes(1)) / 100
  const count = Math.max(1, Math.round((size - bytes(1)) / each) + 1)
  const off = bytes(count) / size
  return off < 0.7 || off > 1.5 ? [] : Array.from({ length: variations }, (_, at) => make(1_000 * at + 1, count))
}

function measure(values: unknown[]): Row | undefined {
  const [first] = values
  if (first === undefined) return undefined
  const [jsons, msgpacks] = [values.map(encodeJson), values.map((value) => encodeMsgpack(value, 'bench'))]
  const works: ((at: number) => unknown)[] = [
    // Encoding includes the check of plainCodec.
    (at) => [fitsJson(values[at], Number.POSITIVE_INFINITY), encodeJson(values[at])],
    (at) => decodeJson(jsons[at] as Buffer, 1, 'bench'),
    (at) => [fitsJson(values[at], msgpackFrom), encodeMsgpack(values[at], 'bench')],
    (at) => decodeMsgpack(msgpacks[at] as Buffer, 1, 'bench'),
  ]
  const perValue = works.map((): number[] => [])
  for (let round = -warmUps; round < rounds; round++) {
    for (const [index, work] of works.entries()) {
      const time = timeOf(work)
      if (round >= 0) perValue[index]?.push(time)
    }
  }
  const bytes = (bodies: Buffer[]) => Math.round(bodies.reduce((sum, body) => sum + body.length, 0) / bodies.length)
  return { jsonBytes: bytes(jsons), msgpackBytes: bytes(msgpacks), times: perValue.map(median) }
}

/** Returns µs per call, measured over all variations for about `roundMs`. */
function timeOf(work: (at: number) => unknown): number {
  const start = performance.now()
  let calls = 0
  let elapsed = 0
  do {
    for (let at = 0; at < variations; at++) work(at)
    calls += variations
    elapsed = performance.now() - start
  } while (elapsed < roundMs)
  return (elapsed * 1_000) / calls
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN
}

/** Returns the time of MessagePack for one fill and `reads` reads, relative to JSON. */
function share({ times: [jsonEncode = 0, jsonDecode = 0, encode = 0, decode = 0] }: Row, reads: number): number {
  return (encode + reads * decode) / (jsonEncode + reads * jsonDecode)
}

function verdict(rows: Row[], reads: number): string {
  const lost = rows.findLastIndex((row) => share(row, reads) >= 1)
  const from = rows[lost + 1]
  return from ? `MessagePack is faster from ${from.jsonBytes} bytes on` : 'JSON is faster at all sizes'
}

function header(): string {
  const shares = readsPerFill.map((reads) => `time, ${reads} r.`)
  return ['json B', 'msgpack B', 'bytes', 'json enc', 'json dec', 'mp enc', 'mp dec', ...shares].map(cell).join('')
}

function line(row: Row): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`
  const times = row.times.map((time) => time.toFixed(1))
  const shares = readsPerFill.map((reads) => percent(share(row, reads)))
  return [row.jsonBytes, row.msgpackBytes, percent(row.msgpackBytes / row.jsonBytes), ...times, ...shares]
    .map(cell)
    .join('')
}

function cell(content: string | number): string {
  return String(content).padStart(11)
}
