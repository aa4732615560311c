import { type ExecFileOptions, execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, inject, it, onTestFinished } from 'vitest'
import { packCache } from '../../scripts/pack-cache.ts'

/** Rejects with the program's output. */
async function run(
  file: string,
  args: string[],
  options: ExecFileOptions = {},
): Promise<{ stdout: string; stderr: string }> {
  const end = promisify(execFile)(file, args, { ...options, encoding: 'utf8' })
  return end.catch(({ message, stdout }) => Promise.reject(new Error(`${message}\n${stdout}`)))
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const programs = { 'examples/own-client.ts': 'example.ts', 'test/support/own-client.ts': 'checks.ts' }

/** An application in an empty folder, with this version of ioredis and src/cache, installed. */
async function application(ioredis: string, cache: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-lifted-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const app = join(folder, 'app')
  mkdirSync(app)
  packCache(join(app, cache))
  const dependencies = { ioredis, 'caching-reference-cache': `file:${cache}` }
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', type: 'module', private: true, dependencies }))
  for (const [path, name] of Object.entries(programs)) {
    const program = readFileSync(join(root, path), 'utf8')
    writeFileSync(join(app, name), program.replace(/'[./]+src\/cache\/cache[.]ts'/, "'caching-reference-cache'"))
  }
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
  if (cache.startsWith('..')) await run('npm', ['install', ...flags], { cwd: join(app, cache) })
  await run('npm', ['install', ...flags], { cwd: app })
  return app
}

/** Types as the application's own compiler sees them: with its own version of ioredis. */
async function typeCheck(app: string): Promise<void> {
  const { include: _, exclude: __, ...config } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
  config.compilerOptions.typeRoots = [join(root, 'node_modules/@types')]
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ ...config, files: Object.values(programs) }))
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', app])
}

it.each([
  ['6', 'inside the application', 'cache'],
  ['5', 'beside it, where another version of ioredis is installed', '../cache'],
])(
  'given an application with ioredis %s and src/cache %s, when its program uses its own client, then everything works, and it exits by itself',
  {
    timeout: 180_000, // two installations
  },
  async (version, _where, cache) => {
    const app = await application(`^${version}`, cache)
    const installed = JSON.parse(readFileSync(join(app, 'node_modules/ioredis/package.json'), 'utf8'))
    expect(installed.version).toMatch(new RegExp(`^${version}[.]`))
    await typeCheck(app)
    const start = async (program: string) => {
      const env = { ...process.env, REDIS_URL: inject('redisUrl') }
      const { stdout, stderr } = await run(process.execPath, [program], { cwd: app, env, timeout: 60_000 })
      expect(stderr).toBe('')
      return stdout.trimEnd().split('\n')
    }
    expect(await start('example.ts')).toEqual([
      '100 callers, loads: 1',
      'Price after the invalidation: 900',
      'A one-off key: 1.08',
    ])
    expect(await start('checks.ts')).toEqual([
      'one load for two processes',
      'near',
      'keys as named',
      'near cache hears of an invalidation elsewhere',
      'new value',
      'time limit',
      'stores again',
      'near again after all connections were lost',
      'hears again',
      'only the clients of the application are left',
    ])
  },
)

it('given the files of src/cache, when their imports are listed, then ioredis is imported where connections are opened, and nowhere else', () => {
  const folder = join(root, 'src/cache')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  expect(sources.length).toBeGreaterThan(30)
  const importing = sources.filter((path) => / from 'ioredis/.test(readFileSync(join(folder, path), 'utf8')))
  expect(importing).toEqual(['redis/connection.ts'])
})
