/** What the figures belong to: date, machine, commit, versions. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { items, machine } from '../scripts/fleet/machine.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** As Markdown list items. */
export async function circumstances(redisUrl: string, command: string): Promise<string> {
  const { Date: date, ...rest } = machine()
  return items({
    Date: date,
    Command: `\`${command}\``,
    ...rest,
    Software: `Node ${process.version}, ${await redisVersion(redisUrl)} with the project's redis.conf, on the same machine`,
    'raw, engine': `ioredis ${version(`${root}node_modules/ioredis`)}`,
    Peers: peers(),
  })
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
