/** What the OpenAPI document says of an answer, and what Express really serves. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect } from 'vitest'
import type { TestApp } from './app.ts'

interface Ref {
  $ref?: string
}

interface Answer extends Ref {
  headers?: Record<string, unknown>
  content?: { 'application/json': { schema: object } }
}

export interface DocumentedOperation {
  operationId: string
  security: Record<string, unknown>[]
  responses: Record<string, Answer>
}

export interface Document {
  openapi: string
  paths: Record<string, Record<string, DocumentedOperation>>
  components: Record<string, Record<string, unknown>>
}

/** `GET /api/products/{slug}` and the like, as the document has them. */
export const documented = ({ paths }: Document): string[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )

interface Layer {
  rawPath?: string
  route?: { path: string; methods: Record<string, boolean> }
  handle?: { stack?: Layer[] }
}

/** The same, as Express has them below /api: whoever added them, and however. */
export function routesServed({ app }: TestApp): string[] {
  const walk = (layers: Layer[], prefix: string): string[] =>
    layers.flatMap(({ rawPath = '/', route, handle }) => {
      const path = (prefix + rawPath).replaceAll(/\/{2,}|\/$/g, (slashes) => (slashes.length > 1 ? '/' : ''))
      if (!route) return walk(handle?.stack ?? [], path)
      return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
    })
  const { stack } = app.http.router as unknown as { stack: Layer[] }
  return walk(stack, '').filter((route) => route.includes(' /api'))
}

/** Fails unless the answer of `operation` is one that the document tells of: its status, headers and body. */
export type Judge = (operation: string, response: Response, body: string) => void

export function createJudge(document: Document): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema({ $id: 'openapi.json', ...document } as object, 'openapi.json', undefined, false)

  /** `#/components/responses/Busy` → what is there. */
  const follow = <Part extends Ref>(part: Part): Part => {
    if (!part.$ref) return part
    const [, , group = '', name = ''] = part.$ref.split('/')
    return document.components[group]?.[name] as Part
  }

  return (operation, response, body) => {
    const [method = '', path = ''] = operation.split(' ')
    const told = document.paths[path]?.[method.toLowerCase()]?.responses[response.status]
    if (!told) expect.unreachable(`${operation} answers ${response.status}, which is not documented: ${body}`)
    const { content, headers = {} } = follow(told)
    for (const name of Object.keys(headers)) expect(response.headers.get(name), `${operation}: ${name}`).toBeTruthy()
    if (!content) return expect(body).toBe('')
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    const schema = JSON.parse(JSON.stringify(content['application/json'].schema).replaceAll('"#/', '"openapi.json#/'))
    const validate = ajv.compile(schema)
    expect(validate(JSON.parse(body)) || validate.errors, `${operation} ${response.status}: ${body}`).toBe(true)
  }
}

/** fetch would add no-cache, and get the whole answer. */
export const ifNoneMatch = ({ headers }: Pick<Response, 'headers'>) => ({
  'if-none-match': headers.get('etag') ?? '',
  'cache-control': 'max-age=0',
})
