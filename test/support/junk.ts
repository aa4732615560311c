/** Input as nobody should send it: random, and nearly right. */
import fc from 'fast-check'
import { z } from 'zod'

const deep = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))

/** Values that have broken something somewhere. As JSON carries them: `1e308` and `-0` do, `undefined` does not. */
export const hostile: unknown[] = [
  ...[
    null,
    true,
    0,
    -0,
    -1,
    0.5,
    1e308,
    -1e308,
    2 ** 31,
    2 ** 53,
    1e15 + 1,
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\udfff x',
  ],
  ...[
    'NaN',
    'undefined',
    '__proto__',
    'constructor',
    "'; DROP TABLE product; --",
    '%',
    '%00',
    '../../etc/passwd',
    '\u202e',
  ],
  ...[
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'x'.repeat(3_000),
    'x'.repeat(100_000),
  ],
  ...[[], {}, [[]], [null], deep(100), deep(500), Array.from({ length: 10_000 }, (_, index) => `id-${index}`)],
  ...[JSON.parse('{"__proto__": {"admin": true}}'), JSON.parse('{"constructor": {"prototype": {}}}'), { toString: 1 }],
]

const junk = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...hostile) },
  { weight: 1, arbitrary: fc.jsonValue({ noUnicodeString: false }) },
)

interface Schema {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  propertyNames?: Schema
  items?: Schema
  minItems?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  minLength?: number
  maxLength?: number
  format?: string
  pattern?: string
}

/** Input that `schema` mostly takes. */
export function proper(schema: z.ZodType): fc.Arbitrary<unknown> {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline', cycles: 'ref' })
  return valid(json as Schema, 0)
}

/** The same with up to two of its parts replaced by junk, left out or added. */
export function nearly(schema: z.ZodType): fc.Arbitrary<unknown> {
  return fc
    .tuple(proper(schema), fc.array(fc.tuple(fc.nat(), junk, fc.nat(3)), { maxLength: 2 }))
    .map(([input, changes]) => changes.reduce((all, [where, what, how]) => disturbed(all, where, what, how), input))
}

export const anything = junk

function valid(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const some = schema.anyOf ?? schema.oneOf
  if (some) return fc.oneof(...some.map((each) => valid(each, depth + 1)))
  if (schema.allOf?.[0]) return valid(schema.allOf[0], depth + 1)
  if (depth > 8) return junk
  switch (schema.type) {
    case 'object':
      return objectOf(schema, depth)
    case 'array':
      return fc.array(valid(schema.items ?? {}, depth + 1), {
        minLength: Math.min(schema.minItems ?? 0, 3),
        maxLength: 3,
      })
    case 'integer':
      return fc.integer({
        min: within(schema.minimum ?? schema.exclusiveMinimum, 0),
        max: 1_000 + within(schema.minimum, 0),
      })
    case 'number':
      return fc.double({ min: 0, max: 1_000, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'string':
      return textOf(schema)
    default:
      return junk
  }
}

const within = (bound: number | undefined, otherwise: number) =>
  bound === undefined || Math.abs(bound) > 1e9 ? otherwise : Math.ceil(bound)

function objectOf({ properties = {}, required = [], additionalProperties, propertyNames }: Schema, depth: number) {
  const known = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, valid(each, depth + 1)]))
  const record = fc.record(known, { requiredKeys: required.filter((name) => name in known) })
  if (typeof additionalProperties !== 'object') return record
  return fc.dictionary(textOf(propertyNames ?? {}), valid(additionalProperties, depth + 1), { maxKeys: 3 })
}

function textOf({ format, pattern, minLength = 0 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid()
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
  if (format === 'email') return fc.emailAddress()
  if (pattern) return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, 64))
  return fc.oneof(
    fc.constantFrom('blue-mug', 'lamp', 'USD', 'colour'),
    fc.string({ unit: 'binary', minLength: Math.min(minLength, 20), maxLength: 40 }),
  )
}

/** Replaces (or removes, or adds beside) the part of `input` that `where` falls on. */
function disturbed(input: unknown, where: number, what: unknown, how: number): unknown {
  if (typeof input !== 'object' || input === null) return what
  if (Array.isArray(input)) {
    if (input.length === 0) return [what]
    const at = where % input.length
    return input.map((item, index) => (index === at ? disturbed(item, where >> 3, what, how) : item))
  }
  const names = Object.keys(input)
  if (how === 0 || names.length === 0) return { ...input, unknownField: what }
  const name = String(names[where % names.length])
  const { [name]: old, ...others } = input as Record<string, unknown>
  if (how === 1) return others
  return { ...others, [name]: how === 2 ? what : disturbed(old, where >> 3, what, how) }
}
