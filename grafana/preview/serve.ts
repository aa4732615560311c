/** Serves the page with its script, and the icons and fonts where Grafana's components look for them. */
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
const modules = join(here, 'node_modules')

/** Folders by how an address begins. */
const folders: Record<string, string> = {
  '/public/build/img/icons/': join(modules, '@grafana/ui/dist/public/img/icons'),
  '/public/fonts/inter/': join(modules, 'inter-ui/web'),
}

const types: Record<string, string> = { '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }

const html = `<!doctype html><meta charset="utf-8"><title>Preview</title><link rel="stylesheet" href="/page.css">
<div id="root"></div><script type="module" src="/page.js"></script>`

export interface Site {
  url: string
  close(): void
}

export async function serve(): Promise<Site> {
  const { script, style } = await bundle()
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (path === '/') return response.setHeader('content-type', 'text/html; charset=utf-8').end(html)
    if (path === '/page.js') return response.setHeader('content-type', 'text/javascript').end(script)
    if (path === '/page.css') return response.setHeader('content-type', 'text/css').end(style)
    const [prefix = '', folder = ''] = Object.entries(folders).find(([prefix]) => path.startsWith(prefix)) ?? []
    const file = join(folder, normalize(`/${path.slice(prefix.length)}`))
    const missing = () => response.writeHead(404).end()
    if (!folder) return missing()
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
    return createReadStream(file).on('error', missing).pipe(response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() }
}

async function bundle(): Promise<{ script: string; style: string }> {
  const { outputFiles } = await build({
    entryPoints: [join(here, 'page/main.tsx')],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    minify: true,
    write: false,
    outdir: here, // named, not written
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.svg': 'dataurl', '.png': 'dataurl', '.ttf': 'dataurl' },
    logLevel: 'error',
  })
  const output = (extension: string) => outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? ''
  return { script: output('.js'), style: output('.css') }
}
