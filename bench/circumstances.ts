/** What the figures belong to: date, machine, commit, versions. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Date, commit and machine. */
export function machine() {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return {
    Date: new Date().toISOString().slice(0, 16).replace('T', ' ').concat(' UTC'),
    Commit: commit(),
    Machine: `${availableParallelism()} cores, ${cpus()[0]?.model.trim()}, ${memory}, ${platform()} ${release()}`,
  }
}

/** As Markdown list items. */
export async function circumstances(redisUrl: string, command: string): Promise<string> {
  const { Date: date, ...rest } = machine()
  const items = {
    Date: date,
    Command: `\`${command}\``,
    ...rest,
    Software: `Node ${process.version}, ${await redisVersion(redisUrl)} with the project's redis.conf, on the same machine`,
    'raw, engine': `ioredis ${version(`${root}node_modules/ioredis`)}`,
    Peers: peers(),
  }
  return Object.entries(items)
    .map(([name, value]) => `- ${name}: ${value}`)
    .join('\n')
}

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['--no-optional-locks', ...args], { cwd: root, encoding: 'utf8' })
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'bench') !== ''
    return `${git('rev-parse', 'HEAD').trim()}${changed ? ', with changes in src/ or bench/' : ''}`
  } catch {
    return 'unknown'
  }
}

function peers(): string {
  const { dependencies } = packageJson(`${root}bench`)
  return Object.keys(dependencies ?? {})
    .map((name) => `${name} ${version(`${root}bench/node_modules/${name}`)}`)
    .join(', ')
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url)
  const info = await redis.info('server')
  redis.disconnect()
  const [, valkey] = info.match(/^valkey_version:(\S+)/m) ?? []
  return valkey ? `Valkey ${valkey}` : `Redis ${info.match(/^redis_version:(\S+)/m)?.[1]}`
}

function version(folder: string): string {
  return packageJson(folder).version ?? 'unknown'
}

function packageJson(folder: string): { version?: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
}
