/** What hostile requests are put together from. */
import type { Random } from '../seed/random.ts'
import { hostileJson } from './values.ts'

export const procedures = [
  ...['catalog.product.bySlug', 'catalog.product.byId', 'catalog.product.byIds', 'catalog.product.list'],
  ...['catalog.product.facets', 'catalog.product.suggest', 'catalog.category.tree', 'catalog.category.bySlug'],
  ...['pricing.quote', 'inventory.availability', 'inventory.reservation.byId', 'analytics.trending', 'profile.get'],
  ...['inventory.reservation.create', 'inventory.reservation.release', 'inventory.receive', 'catalog.product.create'],
  ...[
    '__proto__',
    'constructor',
    'catalog',
    'catalog.product',
    'toString',
    'a'.repeat(500),
    '',
    '.',
    '..',
    'cache.report',
  ],
]
export const paths = [
  ...['/', '/api/products', '/api/products/blue-mug', '/api/categories', '/api/facets', '/api/suggest', '/readyz'],
  ...[
    '/api/products/%00',
    '/api/products/%ff',
    '/api/products/..%2f..%2fa',
    '/api/users/1',
    '/api/reservations',
    '/metrics',
  ],
  ...['/api/inventory/x', '/../../etc/passwd', '//', '/%', '/%zz', '/api/products/%e0%80%80', '/api/%F0%9F%98%80', '*'],
  ...[
    '/trpc',
    '/trpc/',
    '/trpc//',
    '/trpc/%',
    '/trpc/a/b/catalog.category.tree',
    '/trpc/%2e%2e',
    '/api/products?',
    '/?a[b]=c',
  ],
]
export const methods = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'get',
  'QUERY',
  'A B',
  '',
]
export const types = [
  ...['application/json', 'application/json; charset=utf-16', 'application/json;', 'text/plain', 'multipart/form-data'],
  ...[
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    '',
    'application/jsonp',
  ],
]
export const oddHeaders = [
  ...[
    'Host: b',
    'Host: ',
    'Content-Length: 0',
    'Content-Length: 5',
    'Transfer-Encoding: chunked',
    'X-Request-Id: a\tb',
  ],
  ...[
    'X-Request-Id: <script>',
    'Authorization: Bearer',
    'Authorization: Basic !!',
    'Cookie: a=b; a=c; =; ;;',
    'Range: bytes=0-,5-1',
  ],
  ...[
    'If-None-Match: *',
    'If-Modified-Since: never',
    'Accept: */*;q=x',
    'Accept-Encoding: br;q=9, , gzip',
    'TE: trailers',
  ],
  ...[
    'Connection: Transfer-Encoding',
    'Connection: upgrade',
    'Upgrade: h2c',
    'Upgrade: websocket',
    'Expect: 100-continue',
  ],
  ...[
    'Expect: 200-ok',
    'Content-Encoding: gzip',
    'Content-Encoding: x',
    'X-Forwarded-For: ::::',
    'X-HTTP-Method-Override: DELETE',
  ],
  ...[
    'trpc-accept: application/jsonl',
    'trpc-accept: x',
    'last-event-id: 9',
    'X-A: \u00ff',
    'X-A:',
    'X A: b',
    ': b',
    'X-A: a\0b',
    ' X: y',
  ],
]

interface Parts {
  method?: string
  target?: string
  headers?: string[]
  body?: string | Buffer
  /** Of the body, as announced. */
  length?: string
}

export function http({ method = 'GET', target = '/', headers = [], body = '', length }: Parts, close = true): Buffer {
  const content = Buffer.from(body)
  const announced = length ?? (content.length > 0 || method === 'POST' ? String(content.length) : undefined)
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: shop', ...headers]
  if (announced !== undefined) lines.push(`Content-Length: ${announced}`)
  if (close) lines.push('Connection: close')
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), content])
}

export const json = 'Content-Type: application/json'
export const query = (random: Random, name = random.pick(procedures)) => ({
  target: `/trpc/${name}?input=${encode(hostileJson(random))}`,
})
export const mutation = (random: Random) => ({
  method: 'POST',
  target: `/trpc/${random.pick(procedures)}`,
  headers: [json],
  body: hostileJson(random),
})

/** Percent-encoded, if it can be. */
export function encode(text: string): string {
  return encodeURIComponent(text.slice(0, 20_000).toWellFormed())
}

export function ordinary(random: Random): Parts {
  if (random.chance(0.3)) return query(random)
  return random.chance(0.5) ? mutation(random) : { target: random.pick(paths) }
}

export function batch(random: Random): Parts {
  const names = Array.from({ length: random.pick([1, 2, 5, 20, 21, 300]) }, () => random.pick(procedures)).join(
    random.pick([',', '%2C', ',,', ', ']).replace(' ', '%20'),
  )
  const inputs = random.pick([hostileJson, () => '{"0":{"slug":"a"},"1":1,"-1":2,"x":3}', () => '[]'])(random)
  const get = random.chance(0.5)
  const flag = random.pick(['batch=1', 'batch', 'batch=0', 'batch=1&batch=1', 'batch[]=1'])
  if (get) return { target: `/trpc/${names}?${flag}&input=${encode(inputs)}` }
  return { method: 'POST', target: `/trpc/${names}?${flag}`, headers: [json], body: inputs }
}

/** `whole` in pieces of a few bytes to a few hundred. */
export function cut(random: Random, whole: Buffer): Buffer[] {
  const size = Math.max(Math.ceil(whole.length / 12), random.between(1, 40))
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
    whole.subarray(index * size, (index + 1) * size),
  )
}

export function mangled(random: Random): Buffer {
  const bytes = Buffer.from(http(ordinary(random)))
  for (let flips = random.between(1, 6); flips > 0; flips--)
    bytes[random.between(0, bytes.length - 1)] = random.between(0, 255)
  return bytes
}

export function chunked(random: Random): Buffer {
  const body = random.pick([
    ...[
      '0\r\n\r\n',
      '2\r\n{}\r\n0\r\n\r\n',
      '2\n{}\n0\n\n',
      'zz\r\n{}\r\n',
      '-1\r\n',
      'ffffffffffffffff\r\n{}',
      '2;a=b\r\n{}\r\n0\r\n\r\n',
    ],
    ...[
      '2\r\n{}0\r\n\r\n',
      '1\r\n{\r\n1\r\n}\r\n0\r\nX-Trailer: a\r\n\r\n',
      `2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
      '2\r\n{}\r\n',
    ],
  ])
  const extra = random.chance(0.3) ? ['Content-Length: 2'] : []
  const encoding = random.pick([
    'chunked',
    'Chunked',
    'chunked, chunked',
    'gzip, chunked',
    'identity',
    ' chunked',
    'xchunked',
  ])
  const lines = [
    `POST /trpc/${random.pick(procedures)} HTTP/1.1`,
    'Host: shop',
    json,
    `Transfer-Encoding: ${encoding}`,
    ...extra,
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${body}`)
}
