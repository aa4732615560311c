/** Requests nobody should send, made from a seed: the same number gives the same bytes. */
import type { Random } from '../seed/random.ts'
import {
  batch,
  chunked,
  cut,
  encode,
  http,
  json,
  mangled,
  methods,
  mutation,
  oddHeaders,
  ordinary,
  paths,
  procedures,
  query,
  types,
} from './parts.ts'
import { hostileJson, hostileString } from './values.ts'

export interface Hostile {
  kind: string
  /** Written one after the other. */
  parts: Buffer[]
  /** Between the parts. */
  pauseMs: number
  /** What the client does then: waits for the answer, sends no more, or is gone. */
  ending: 'wait' | 'end' | 'destroy'
}

const one = (bytes: Buffer, ending: Hostile['ending'] = 'wait') => ({ parts: [bytes], pauseMs: 0, ending })

const kinds: Record<string, (random: Random) => Omit<Hostile, 'kind'>> = {
  'hostile input to a query': (random) => one(http(query(random))),
  'hostile input to a mutation': (random) => one(http(mutation(random))),
  'hostile body to REST': (random) =>
    one(http({ method: 'POST', target: '/api/reservations', headers: [json], body: hostileJson(random) })),
  'odd path': (random) => one(http({ target: random.pick(paths) })),
  'odd query string': (random) =>
    one(
      http({
        target: `/api/products?${encode(hostileString(random))}=${encode(hostileString(random))}&${random.pick(['limit=%', 'limit=5', 'limit=1e9', 'a[b][c]=1', 'cursor=a'])}`,
      }),
    ),
  'bad percent-encoding': (random) =>
    one(
      http({
        target: `/trpc/${random.pick(procedures)}?input=${random.pick(['%', '%7', '%zz', '%ff%fe', '%00', '%C0%AF'])}`,
      }),
    ),
  'malformed batch': (random) => one(http(batch(random))),
  'wrong method': (random) => one(http({ ...ordinary(random), method: random.pick(methods) })),
  'wrong content type': (random) =>
    one(http({ ...mutation(random), headers: [`Content-Type: ${random.pick(types)}`] })),
  'odd headers': (random) =>
    one(http({ ...ordinary(random), headers: [json, ...random.some(oddHeaders, random.between(1, 4))] })),
  'long headers or URL': (random) => {
    const length = random.pick([4_000, 12_500, 15_900, 17_000, 70_000])
    const long = 'a'.repeat(length)
    return one(http(random.chance(0.5) ? { target: `/api/products?search=${long}` } : { headers: [`X-Long: ${long}`] }))
  },
  'many headers': (random) => one(http({ headers: Array(random.pick([90, 200, 1_500])).fill('X-A: b') })),
  'absolute form': (random) =>
    one(
      http({
        target: random.pick([
          'http://evil.example/api/products',
          'http://[::1',
          'ftp://a/',
          'http:///',
          'shop:80',
          '*',
        ]),
      }),
    ),
  'connect or upgrade': (random) =>
    one(
      random.chance(0.5)
        ? http({ method: 'CONNECT', target: 'example.org:443' })
        : Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x85\0\0'),
      'end',
    ),
  'lying content-length': (random) => {
    const length = random.pick([
      '1',
      '0',
      '5',
      '-1',
      '1e3',
      '99999999',
      '18446744073709551616',
      '2, 2',
      '0x10',
      '+2',
      '',
    ])
    return one(http({ ...mutation(random), length }), random.pick(['end', 'destroy'] as const))
  },
  'odd chunks': (random) => one(chunked(random), random.pick(['wait', 'end'] as const)),
  'compressed rubbish': (random) =>
    one(
      http({
        ...mutation(random),
        target: '/api/reservations',
        headers: [json, `Content-Encoding: ${random.pick(['gzip', 'br', 'deflate', 'zstd'])}`],
      }),
    ),
  'split request': (random) => ({ parts: cut(random, http(ordinary(random))), pauseMs: 0, ending: 'wait' }),
  'slow body': (random) => ({
    parts: cut(random, http(mutation(random))),
    pauseMs: random.pick([1, 5, 20]),
    ending: random.pick(['wait', 'destroy'] as const),
  }),
  pipelined: (random) => ({
    parts: Array.from({ length: random.between(2, 12) }, (_, index) => http(ordinary(random), index === 11)),
    pauseMs: 0,
    ending: random.pick(['end', 'destroy'] as const),
  }),
  'flipped bytes': (random) => one(mangled(random), random.pick(['wait', 'end'] as const)),
  rubbish: (random) =>
    one(Buffer.from(Array.from({ length: random.between(1, 400) }, () => random.between(0, 255))), 'end'),
  'gone after asking': (random) => one(http(ordinary(random)), 'destroy'),
}

export const kindNames = Object.keys(kinds)

export function hostileRequest(random: Random): Hostile {
  const kind = random.pick(kindNames)
  const make = kinds[kind] as (random: Random) => Omit<Hostile, 'kind'>
  return { kind, ...make(random) }
}
