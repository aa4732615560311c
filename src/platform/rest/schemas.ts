/** zod schemas as JSON Schema 2020-12, which OpenAPI 3.1 uses. What has an id by `.meta({ id })` becomes a component. */
import { z } from 'zod'

export type JsonSchema = Record<string, unknown>

export interface Schemas {
  /** What a client sends. */
  input(schema: z.ZodObject): { properties: Record<string, JsonSchema>; required: string[] }
  /** What a client gets: a reference, if it has an id. */
  output(schema: z.ZodType): JsonSchema
  /** All components met so far, by id. */
  components(): Record<string, JsonSchema>
}

export function createSchemas(): Schemas {
  const known: Record<string, JsonSchema> = {}

  /** As a field of something else, since zod writes out what is at the top, whatever its id. */
  function convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const converted = z.toJSONSchema(z.object({ it: schema }), {
      io,
      override: ({ jsonSchema }) => simplify(jsonSchema),
    })
    const text = JSON.stringify(converted).replaceAll('"#/$defs/', '"#/components/schemas/')
    const { $defs, properties } = JSON.parse(text)
    Object.assign(known, $defs)
    return properties.it
  }

  return {
    input: (schema) => {
      const { properties = {}, required = [] } = convert(schema, 'input')
      return { properties: properties as Record<string, JsonSchema>, required: required as string[] }
    },
    output: (schema) => convert(schema, 'output'),
    components: () => Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** Without what says nothing to a reader: a pattern that repeats the format, and bounds that are those of all numbers. */
function simplify(schema: JsonSchema): void {
  if (schema.format !== undefined) delete schema.pattern
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
}
