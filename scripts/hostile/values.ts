/** Inputs that have broken something somewhere, as JSON text. */
import type { Random } from '../seed/random.ts'

const strings = [
  ...['', ' ', '\0', 'a\0b', '\ud800', '\udfff x', '\u202e', '\uffff', 'ÅÅ', '𝕊𝕙𝕠𝕡', '👩‍👩‍👧‍👦', 'İ', 'ß'],
  ...[
    'NaN',
    'undefined',
    '__proto__',
    'constructor',
    'toString',
    "'; DROP TABLE product; --",
    '%',
    '%00',
    '\r\nX-A: b',
  ],
  ...[
    '../../etc/passwd',
    '<script>',
    '{{7*7}}',
    '$' + '{jndi:ldap://a}',
    'blue-mug',
    '00000000-0000-7000-8000-000000000000',
  ],
]
const raw = [
  ...['null', 'true', '0', '-0', '1e999', '-1e308', '0.5', '9007199254740993', '1e400', '[]', '{}', '[[]]', '""'],
  ...['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{"x":1}}}', '{"a":1,"a":2}', '{"toString":1}'],
  ...['', '{', '[', '"', '{"a"', '\ufeff{}', '{}{}', 'NaN', '{a:1}', "{'a':1}", '\\', '[1,]', '"\\ud800"', '"\\u0000"'],
]
const fields = [
  ...[
    'slug',
    'id',
    'ids',
    'limit',
    'cursor',
    'category',
    'search',
    'text',
    'currency',
    'variantId',
    'lines',
    'quantity',
  ],
  ...[
    'ttlSeconds',
    'idempotencyKey',
    'sort',
    'facets',
    'inStock',
    'minPrice',
    'maxPrice',
    '__proto__',
    'constructor',
    '',
  ],
]

/** JSON, or what somebody takes for it; up to some 100 kB, up to 20,000 deep. */
export function hostileJson(random: Random): string {
  const roll = random.next()
  if (roll < 0.25) return random.pick(raw)
  if (roll < 0.3) return nested(random)
  if (roll < 0.35) return JSON.stringify('x'.repeat(random.pick([1_000, 10_000, 60_000, 100_000])))
  if (roll < 0.4)
    return `{"ids":[${Array(random.pick([10, 100, 5_000]))
      .fill('"a"')
      .join()}]}`
  const entries = Array.from({ length: random.between(1, 4) }, () => {
    const value = random.chance(0.5) ? JSON.stringify(random.pick(strings)) : random.pick(raw)
    return `${JSON.stringify(random.pick(fields))}:${value}`
  })
  return `{${entries.join()}}`
}

function nested(random: Random): string {
  const depth = random.pick([50, 500, 5_000, 20_000])
  const [left, right] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
  ] as const)
  return left.repeat(depth) + (left === '[' ? '' : '1') + right.repeat(random.chance(0.8) ? depth : depth - 1)
}

export const hostileString = (random: Random) => random.pick(strings)
