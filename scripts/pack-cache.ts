/** Copies src/cache to a folder, with a package.json of its own: node scripts/pack-cache.ts <folder>. See docs/lift-out.md. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The packages that src/cache may import. Their versions are those of the application. */
const packages = ['lru-cache', 'msgpackr']

/** `folder` is created if it is missing. */
export function packCache(folder: string): void {
  const application = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const isPacked = (path: string) => !path.endsWith('.test.ts')
  cpSync(join(root, 'src/cache'), folder, { recursive: true, filter: isPacked })
  const manifest = {
    name: 'caching-reference-cache',
    version: application.version,
    private: true,
    license: application.license,
    type: 'module',
    engines: { node: '>=24' }, // runs the .ts files as they are
    exports: { '.': './cache.ts', './*.ts': './*.ts' },
    dependencies: Object.fromEntries(packages.map((name) => [name, application.dependencies[name]])),
    peerDependencies: { ioredis: '^5.0.0 || ^6.0.0' },
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2)
  if (!folder) throw new TypeError('Usage: node scripts/pack-cache.ts <folder>')
  packCache(folder)
}
