/** A request as its procedure's input. Nothing is ignored: what the procedure doesn't know, it refuses by name. */
import { TRPCError } from '@trpc/server'
import type { Request } from 'express'
import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { type Operation, pathNames } from './route.ts'

type Fields = Record<string, unknown>
type Kind = 'number' | 'boolean' | 'record' | 'other'

/** Made once per route. */
export function inputReader({ route, procedure: { input } }: Operation): (request: Request) => Fields | undefined {
  const inPath = pathNames(route.path)
  const kinds = new Map(Object.entries(input?.shape ?? {}).map(([name, field]) => [name, kindOf(field as z.ZodType)]))
  return ({ params, query, body }) => {
    const given = route.method === 'post' ? { ...query, ...body } : fromQuery(query, kinds)
    const twice = inPath.find((name) => Object.hasOwn(given, name))
    const unknown = twice ?? (input ? undefined : Object.keys(given)[0])
    if (unknown !== undefined) throw refused(unknown)
    return input && { ...given, ...Object.fromEntries(inPath.map((name) => [name, params[name]])) }
  }
}

/**
 * A query is text: a number, a boolean and a dictionary (`facet.colour=red,blue`, of `facets`) are read as the input
 * wants them. What doesn't look like one stays as it is, and the procedure says what is wrong with it.
 */
function fromQuery(query: Fields, kinds: Map<string, Kind>): Fields {
  const dictionaries = [...kinds].filter(([, kind]) => kind === 'record').map(([name]) => name)
  const plain: [string, unknown][] = []
  const nested = new Map<string, [string, unknown][]>()
  for (const [name, value] of Object.entries(query)) {
    const dictionary = dictionaries.find((field) => name.startsWith(prefixOf(field)))
    if (dictionary === undefined) plain.push([name, readAs(kinds.get(name), value)])
    else {
      const codes = [value].flat().flatMap((text) => String(text).split(','))
      nested.set(dictionary, [...(nested.get(dictionary) ?? []), [name.slice(prefixOf(dictionary).length), codes]])
    }
  }
  return Object.fromEntries([...plain, ...[...nested].map(([name, entries]) => [name, Object.fromEntries(entries)])])
}

/** How a dictionary's entries begin in a query: those of `facets` with `facet.` */
export const prefixOf = (dictionary: string): string => `${dictionary.replace(/s$/, '')}.`

const readAs = (kind: Kind | undefined, value: unknown): unknown => {
  if (kind === 'number' && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  if (kind === 'boolean') return value === 'true' ? true : value === 'false' ? false : value
  return value
}

/** Of what is within optional, default and the like. */
export function kindOf(field: z.ZodType): Kind {
  const { def } = field as unknown as { def: { type: string; innerType?: z.ZodType; in?: z.ZodType } }
  const inner = def.innerType ?? def.in
  if (inner) return kindOf(inner)
  return def.type === 'number' || def.type === 'boolean' || def.type === 'record' ? def.type : 'other'
}

function refused(unknown: string): TRPCError {
  const name = unknown.slice(0, 100)
  const message = `Unrecognized key: ${JSON.stringify(name)}`
  const cause = new AppError('BAD_REQUEST', 'INVALID_INPUT', message, {
    issues: [{ path: name, message: 'not known here' }],
  })
  return new TRPCError({ code: 'BAD_REQUEST', message, cause })
}
