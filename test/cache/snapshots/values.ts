/** The values in the snapshots. Add values; never change or remove a value of an existing snapshot. */

/** The key of the sealed snapshots. The cache is `snapshotCache`, the cache key is the name of the value. */
export const snapshotKey = Buffer.alloc(32, 'a key for snapshots only')
export const snapshotCache = 'snapshot'

const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n))

const product = {
  ...{ id: '0194ff5e-1a1d-7000-9f2a-d35c814ae0b8', slug: 'blue-mug', title: 'Blue Mug', version: 3, status: 'active' },
  description: 'A mug for every day. Größe: 350 ml. 毎日のマグカップ ☕😀',
  tags: ['ceramic', 'dishwasher-safe'],
  variants: times(3, (n) => ({
    ...{ id: `v${n}`, sku: `MUG-000000-${n + 1}`, title: `${250 + 100 * n} ml`, weightGrams: 310.5 + n },
    prices: [
      { currency: 'EUR', amountMinor: 1290 + n, compareAtMinor: null },
      { currency: 'USD', amountMinor: 70_000 },
    ],
  })),
}

export const values: Record<string, unknown> = {
  null: null,
  false: false,
  zero: 0,
  'empty text': '',
  'empty array': [],
  'empty object': {},
  product,
  'list of 20 products': { items: times(20, (n) => ({ ...product, slug: `mug-${n}` })), nextCursor: 'bXVnLTU5' },
  'text of all kinds': [
    '\0"\\\n',
    'Größe',
    '日本語',
    '😀',
    'cut \ud83d',
    `\ufeff${'mark '.repeat(20)}`,
    'long '.repeat(1000),
  ],
  'odd keys': [JSON.parse('{"__proto__":{"a":1}}'), { __keys__: 1 }, { constructor: 'c', toJSON: 't', '': 0, 7: 7 }],
  'numbers of all sizes': [127, 128, -32, -33, -129, 65_536, -(2 ** 31), 2 ** 32, 2 ** 53, 0.1, 1e308],
  'numbers JSON has not': { zero: -0, none: Number.NaN, most: Infinity, least: -Infinity },
  dates: [0, -1, 999, 1_795_450_440_123, 8.64e15, -8.64e15, Number.NaN].map((ms) => new Date(ms)),
  bytes: [
    Buffer.from([0, 1, 255]),
    Uint8Array.of(0, 1, 255),
    Buffer.alloc(300, 1),
    new Uint8Array(300),
    Buffer.alloc(0),
  ],
  bigints: [0n, -1n, 2n ** 64n - 1n, -(2n ** 63n) - 1n, 3n ** 100n],
  'Map and Set': new Map<unknown, unknown>([
    ['set', new Set([1, 'a', null])],
    [2, new Map([[{ a: 1 }, [undefined]]])],
  ]),
  undefined: { a: undefined, b: [undefined] },
  'shapes of 70 kinds, twice': times(140, (n) => ({ [`key${n % 70}`]: n, text: `text ${n}` })),
}
