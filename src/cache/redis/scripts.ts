/**
 * Runs the Lua scripts. Sends the digest of a script, and its text if Redis does not know the digest. All keys of a call
 * have one hash tag, so that a Redis Cluster can run it.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isCluster, type RedisClient } from './client.ts'
import type { Argument, Send } from './send.ts'

/** The number of keys of each script. They are its first arguments. */
const keyCounts = {
  acquire: 2,
  fill: 3,
  release: 1,
  renew: 1,
  invalidate: 5,
  'begin-write': 3,
  'end-write': 5,
  'invalidate-tag': 3,
  'read-tags': 2,
  'check-server': 3,
} as const

export type ScriptName = keyof typeof keyCounts
export type ScriptReply = number | Buffer | Buffer[]
export type RunScript = (name: ScriptName, ...args: Argument[]) => Promise<ScriptReply>

const read = (name: string) => readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8')
const common = `${read('shared')}\n${read('tags')}`
const loaded = new Map<string, { keys: number; lua: string; digest: string }>()
for (const [name, keys] of Object.entries(keyCounts)) {
  const lua = `${common}\n${read(name)}`
  loaded.set(name, { keys, lua, digest: createHash('sha1').update(lua).digest('hex') })
}

export interface Scripts {
  /** Texts in a reply are Buffers. Rejects as `send` does. */
  run: RunScript
  /** Loads the scripts into Redis, so that `run` need not send their text. Never rejects. */
  load(): Promise<void>
}

export function createScripts(client: RedisClient, send: Send): Scripts {
  return {
    run: (name, ...args) => {
      const script = loaded.get(name)
      if (!script) throw new TypeError(`Unknown script "${name}".`)
      const { keys, lua, digest } = script
      const again = (error: unknown) => {
        if (error instanceof Error && error.message.startsWith('NOSCRIPT')) {
          return send<ScriptReply>('eval', lua, keys, ...args)
        }
        throw error
      }
      return send<ScriptReply>('evalsha', digest, keys, ...args).catch(again)
    },
    load: async () => {
      const nodes = isCluster(client) ? client.nodes('master') : [client]
      const texts = Array.from(loaded.values(), ({ lua }) => lua)
      const load = (node: RedisClient) => Promise.all(texts.map((lua) => node.script('LOAD', lua)))
      await Promise.all(nodes.map(load)).catch(() => {}) // `run` sends a missing one
    },
  }
}
