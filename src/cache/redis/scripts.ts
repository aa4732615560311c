/** The Lua scripts, as typed functions. A script's digest is sent, and its text when Redis does not know it (yet). */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'
import type { Argument, RedisClient, Send } from './send.ts'

const read = (name: string) => readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8')
const shared = read('shared')

/** Name → how many of its arguments are keys. All keys of a call share a hash tag, so a Redis Cluster can run it. */
const scripts = {
  acquire: 2,
  fill: 3,
  release: 1,
  renew: 1,
  invalidate: 3,
  'begin-write': 2,
  'end-write': 3,
  'read-clock': 1,
  'bump-tag': 2,
  'ensure-tag': 2,
} as const

export type ScriptName = keyof typeof scripts
export type RunScript = (name: ScriptName, ...args: Argument[]) => Promise<number | Buffer>

export interface Scripts {
  /** Replies are numbers and Buffers. */
  run: RunScript
  /** Gives Redis the texts, so that none has to be sent later. Never rejects. */
  load(): Promise<void>
}

export function createScripts(client: RedisClient, send: Send): Scripts {
  const loaded = new Map<string, { keys: number; lua: string; digest: string }>()
  for (const [name, keys] of Object.entries(scripts)) {
    const lua = `${shared}\n${read(name)}`
    loaded.set(name, { keys, lua, digest: createHash('sha1').update(lua).digest('hex') })
  }
  return {
    run: (name, ...args) => {
      const script = loaded.get(name)
      if (!script) throw new TypeError(`There is no script "${name}".`)
      const { keys, lua, digest } = script
      const again = (error: unknown) => {
        if (error instanceof Error && error.message.startsWith('NOSCRIPT')) {
          return send<number | Buffer>('eval', lua, keys, ...args)
        }
        throw error
      }
      return send<number | Buffer>('evalsha', digest, keys, ...args).catch(again)
    },
    load: async () => {
      const nodes = 'nodes' in client ? client.nodes('master') : [client]
      const texts = Array.from(loaded.values(), ({ lua }) => lua)
      const load = (node: Redis) => Promise.all(texts.map((lua) => node.script('LOAD', lua)))
      await Promise.all(nodes.map(load)).catch(() => {}) // they are sent when they are run
    },
  }
}
