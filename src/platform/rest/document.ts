/** The REST face as an OpenAPI 3.1 document, made from the same declarations and zod schemas as its routes. */
import { kindOf, prefixOf } from './input.ts'
import {
  conditional,
  errorResponses,
  headers,
  ifNoneMatch,
  notModified,
  parameters,
  responses,
  restError,
  successHeaders,
} from './responses.ts'
import { type Operation, pathNames, type RestTables } from './route.ts'
import { createSchemas, type JsonSchema, type Schemas } from './schemas.ts'

export interface OpenApiParts {
  operations: readonly Operation[]
  tables: RestTables
  version: string
}

export type OpenApiDocument = ReturnType<typeof openApi>

const description = `Plain JSON over the procedures that tRPC serves at /trpc. Money is in integer minor units with a
currency, times are ISO 8601 in UTC, ids are UUIDs. What an operation does not know, it refuses by name. Errors carry a
stable \`reason\`.`

export function openApi({ operations, tables, version }: OpenApiParts) {
  const schemas = createSchemas()
  schemas.output(restError)
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of operations) {
    const { method, path } = operation.route
    paths[`/api${path}`] = { ...paths[`/api${path}`], [method]: describe(operation, schemas) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Caching reference',
      version,
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'Here' }],
    tags: Object.entries(tables).map(([name, { about }]) => ({ name, description: about })),
    paths,
    components: { schemas: schemas.components(), responses, headers, parameters, securitySchemes },
  }
}

/** Any one of them will do. */
const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The token of a session: of a guest, or of a login.' },
  cookie: { type: 'apiKey', in: 'cookie', name: '__Host-session', description: 'The same, as a login sets it.' },
}

function describe(operation: Operation, schemas: Schemas) {
  const { domain, route, procedure } = operation
  const { status = 200, summary } = route
  return {
    operationId: route.operationId ?? camelCase(procedure.name),
    tags: [domain],
    summary,
    description: [route.description, whoMay[procedure.needs]].filter(Boolean).join(' '),
    security: procedure.needs === 'open' ? [{}] : Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    ...takes(operation, schemas),
    responses: {
      [status]: {
        description: 'Done',
        headers: successHeaders(operation),
        content: { 'application/json': { schema: schemas.output(procedure.output) } },
      },
      ...(conditional(operation) && { 304: notModified }),
      ...errorResponses(operation),
    },
  }
}

const whoMay: Record<Operation['procedure']['needs'], string> = {
  open: '',
  guest: 'For whoever has a session.',
  customer: 'For whoever has logged in.',
  staff: 'For staff.',
  admin: 'For admins.',
}

/** Parameters and body. */
function takes(operation: Operation, schemas: Schemas) {
  const { route, procedure } = operation
  const { properties, required } = procedure.input ? schemas.input(procedure.input) : { properties: {}, required: [] }
  const inPath = pathNames(route.path)
  const others = Object.keys(properties).filter((name) => !inPath.includes(name))
  const parameterOf = (name: string, place: 'path' | 'query') =>
    parameter(operation, name, place, properties[name] ?? {}, required.includes(name))
  const all: unknown[] = [
    ...inPath.map((name) => parameterOf(name, 'path')),
    ...(route.method === 'post' ? [] : others.map((name) => parameterOf(name, 'query'))),
    ...(conditional(operation) ? [ifNoneMatch] : []),
  ]
  if (route.method !== 'post') return { parameters: all }
  const pick = (from: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(from).filter(([name]) => others.includes(name)))
  const schema = {
    type: 'object',
    properties: pick(properties),
    required: others.filter((name) => required.includes(name)),
    additionalProperties: false,
  }
  const body = { required: true, content: { 'application/json': { schema, example: pick(route.example ?? {}) } } }
  return { parameters: all, requestBody: body }
}

function parameter(operation: Operation, name: string, place: 'path' | 'query', schema: JsonSchema, required: boolean) {
  const { route, procedure } = operation
  const { description, ...rest } = schema
  const example = route.example?.[name]
  const shared = { name, in: place, required, ...(description !== undefined && { description }) }
  const field = procedure.input?.shape[name]
  if (!field || kindOf(field as never) !== 'record') {
    return { ...shared, schema: rest, ...(example !== undefined && { example }) }
  }
  // Each entry is a parameter of its own, `facet.colour=red,blue`: what OpenAPI calls an exploded form.
  const dictionary = { type: 'object', additionalProperties: { type: 'string' } }
  const entries = Object.entries((example ?? {}) as Record<string, string[]>)
  const written = Object.fromEntries(entries.map(([key, codes]) => [prefixOf(name) + key, codes.join(',')]))
  return {
    ...shared,
    style: 'form',
    explode: true,
    schema: dictionary,
    ...(example !== undefined && { example: written }),
  }
}

/** `catalog.product.bySlug` → `catalogProductBySlug` */
const camelCase = (name: string) => name.replaceAll(/\.(\w)/g, (_dot, letter: string) => letter.toUpperCase())
