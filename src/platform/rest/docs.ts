/** `/openapi.json`, and `/docs`: the same for people, by Swagger UI, from here alone (docs/decisions/0032). */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import express, { type RequestHandler, Router } from 'express'

/** Nothing from elsewhere, nothing inline. Swagger UI's icons are data: URLs. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Caching reference: API</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`

const start = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#ui',
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
})
`

const packaged = ['/swagger-ui.css', '/swagger-ui-bundle.js', '/favicon-32x32.png']

/** `document` is made when it is first asked for, and once. */
export function apiDocs(document: () => unknown): Router {
  const routes = Router()
  routes.get(
    '/openapi.json',
    once('json', () => JSON.stringify(document())),
  )
  routes.use('/docs', (_request, response, next) => {
    response.set({
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    })
    next()
  })
  routes.get(
    '/docs',
    once('html', () => page),
  )
  routes.get(
    '/docs/start.js',
    once('js', () => start),
  )
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  const files = express.static(folder, { maxAge: '1h', index: false })
  routes.use('/docs', (request, response, next) => {
    if (packaged.includes(request.path)) files(request, response, next)
    else next()
  })
  return routes
}

/** A text that stays as it is while the process lives: a strong ETag says whether a client has it. */
function once(type: string, make: () => string): RequestHandler {
  let made: { body: Buffer; etag: string } | undefined
  return (_request, response) => {
    if (!made) {
      const body = Buffer.from(make())
      made = { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` }
    }
    response.set({ ETag: made.etag, 'Cache-Control': 'public, max-age=60' }).type(type).send(made.body)
  }
}
