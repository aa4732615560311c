/**
 * A route of the REST face, declared once: Express serves it (mount.ts) and OpenAPI describes it (document.ts). What it
 * takes, what it answers and who may call it are the procedure's own.
 */
import type { AnyProcedure, AnyRouter } from '@trpc/server'
import type { z } from 'zod'
import type { Role } from '../access.ts'
import type { AppError } from '../errors.ts'
import type { ProcedureMeta } from '../trpc.ts'

export interface RestRoute<Name extends string = string> {
  method: 'get' | 'post' | 'delete'
  /**
   * Below /api, as OpenAPI writes it: `/products/{slug}`. What is in braces is the input's field of that name; its other
   * fields come from the query, or with POST from the body.
   */
  path: `/${string}`
  /** Within the domain's router. */
  procedure: Name
  summary: string
  description?: string
  /** Default: 200. */
  status?: 200 | 201
  /** What may go wrong, beside what may everywhere: one of each. */
  errors?: AppError[]
  /** Of the input's fields. */
  example?: Record<string, unknown>
  /** Where two routes lead to one procedure. Default: from its name. */
  operationId?: string
}

/** A domain's routes. */
export interface RestTable<Name extends string = string> {
  /** What the domain is about, in a sentence. */
  about: string
  routes: RestRoute<Name>[]
}

/** By the name of each domain in the router of all. */
export type RestTables = Record<string, RestTable>

type NameIn<Record> = {
  [Name in keyof Record & string]: Record[Name] extends AnyProcedure ? Name : `${Name}.${NameIn<Record[Name]>}`
}[keyof Record & string]

/** The names of a router's procedures: a route to one that isn't there does not compile. */
export type ProcedureName<Router extends AnyRouter> = NameIn<Router['_def']['record']>

/** What a procedure tells of itself. */
export interface ProcedureFacts {
  name: string
  input: z.ZodObject | undefined
  output: z.ZodType
  /** Who may call it, at least; open: anyone. */
  needs: Role | 'open'
  /** The answer is the same for everybody. */
  shared: boolean
}

/** A route with its procedure. */
export interface Operation {
  domain: string
  route: RestRoute
  procedure: ProcedureFacts
}

/** All routes. Throws at the start, should one lead nowhere. */
export function operationsOf(router: AnyRouter, tables: RestTables): Operation[] {
  return Object.entries(tables).flatMap(([domain, { routes }]) =>
    routes.map((route) => ({ domain, route, procedure: procedureOf(router, `${domain}.${route.procedure}`) })),
  )
}

function procedureOf(router: AnyRouter, name: string): ProcedureFacts {
  const known: Record<string, { _def: unknown } | undefined> = router._def.procedures
  const procedure = known[name]?._def as
    | { inputs: [z.ZodObject?]; output?: z.ZodType; meta?: ProcedureMeta }
    | undefined
  if (!procedure?.output) throw new Error(`REST: ${name} is no procedure with an output`)
  const { needs = 'open', shared = false } = procedure.meta ?? {}
  return { name, input: procedure.inputs[0], output: procedure.output, needs, shared }
}

/** The names in the braces of a path. */
export const pathNames = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name))
