/** A Redis that can be hurt: killed, stopped, filled, replaced by a replica that has fallen behind. */
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { type LocalRedis, portToComeBackTo, startRedis } from '../stack/redis.ts'

export interface HurtRedis {
  /** Where the present server is. */
  url(): string
  port(): number
  /** At once, without a word to anybody. */
  kill(): Promise<void>
  /** Where it was, and empty. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Accepts connections and commands, and never answers. */
  freeze(): void
  thaw(): void
  /** One command, on a connection of its own. */
  command(name: string, ...args: (string | number)[]): Promise<unknown>
  /**
   * A replica, promoted: from now on it is the server, and the one before is gone. What happens during `unheard` it has
   * not heard of.
   */
  failOver(unheard: () => Promise<unknown>, promoted: (port: number) => void): Promise<void>
}

export async function startHurtRedis(binary: string, folder: string): Promise<HurtRedis> {
  let server: LocalRedis | undefined = await startRedis(binary, folder, { port: await portToComeBackTo() })
  let url = server.url
  let replicas = 0
  const portOf = (address: string) => Number(new URL(address).port)
  const signal = (name: NodeJS.Signals) => {
    if (server) process.kill(server.pid, name)
  }
  const on = async <T>(address: string, work: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = new Redis(address, { maxRetriesPerRequest: 2 })
    redis.on('error', () => {}) // the command reports it
    return work(redis).finally(() => redis.disconnect())
  }
  const end = async (name: NodeJS.Signals) => {
    signal(name)
    signal('SIGCONT')
    await server?.stop()
    server = undefined
  }
  const hurt: HurtRedis = {
    url: () => url,
    port: () => portOf(url),
    kill: () => end('SIGKILL'),
    start: async () => {
      server = await startRedis(binary, folder, { port: portOf(url) })
    },
    stop: () => end('SIGTERM'),
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    command: (name, ...args) => on(url, (redis) => redis.call(name, ...args)),
    failOver: async (unheard, promoted) => {
      await hurt.command('config', 'set', 'repl-diskless-sync-delay', '0') // 5 s of waiting for more replicas
      const replica = await startRedis(binary, join(folder, `replica-${++replicas}`), {
        port: await portToComeBackTo(),
      })
      await on(replica.url, async (redis) => {
        await redis.replicaof('127.0.0.1', portOf(url))
        while (!(await redis.info('replication')).includes('master_link_status:up')) {
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        await redis.replicaof('NO', 'ONE') // what comes after this it does not know
        await unheard()
      })
      promoted(portOf(replica.url))
      await end('SIGKILL')
      server = replica
      url = replica.url
    },
  }
  return hurt
}
