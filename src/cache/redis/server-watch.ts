/**
 * Whether the Redis behind the connection is the one whose entries can be believed. After a failover it may be a
 * replica that has not heard of the latest invalidations (replication is asynchronous), after a restart one that has
 * read an old snapshot: what lies there is void then. A mark in Redis names the server that the entries were kept right
 * on; until it is compared, after each connect, Redis counts as away.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { RedisClient, Send } from './send.ts'

export interface ServerWatch {
  /** Whether entries may be read. */
  trusts(): boolean
  /** Compares, and voids if need be. Never rejects; tries until it has an answer or the connection is gone. */
  check(): Promise<void>
  close(): void
}

interface ServerWatchDeps {
  client: RedisClient
  send: Send
  /** The mark's key. */
  mark: string
  /** Voids all entries; false if Redis did not take it. */
  voidAll(): Promise<boolean>
  /** Another server than the one before. */
  onStranger(): void
}

const retryMs = 100

export function createServerWatch({ client, send, mark, voidAll, onStranger }: ServerWatchDeps): ServerWatch {
  // A cluster has many servers, and no single connection to watch.
  if (client.isCluster) return { trusts: () => true, check: async () => {}, close: () => {} }
  let trusted = false
  let connection = 0

  const compare = async () => {
    const [info, known] = await Promise.all([send<Buffer>('info', 'server'), send<Buffer | null>('get', mark)])
    const id = /^run_id:(\w+)/m.exec(info.toString())?.[1]
    if (id === undefined || known?.toString() === id) return
    if (known !== null) onStranger() // without a mark it may just be new
    if (!(await voidAll())) throw new Error('Redis did not take it.')
    await send('set', mark, id)
  }
  const checkOnce = async (mine: number) => {
    while (!trusted && mine === connection && client.status === 'ready') {
      const known = await compare().then(
        () => true,
        // A server that may not be asked (by its access rules) can't be told from another: then it is believed.
        (error: unknown) => error instanceof Error && /^(NOPERM|ERR unknown command)/.test(error.message),
      )
      if (known && mine === connection) trusted = true
      else await delay(retryMs, undefined, { ref: false })
    }
  }
  let checking: { of: number; done: Promise<void> } | undefined
  const check = () => {
    if (checking?.of !== connection) checking = { of: connection, done: checkOnce(connection) }
    return checking.done
  }
  const lost = () => {
    connection++
    trusted = false
  }
  client.on('close', lost)
  // Without a connection every command fails by itself, and the breaker is to count it.
  return { trusts: () => trusted || client.status !== 'ready', check, close: () => void client.off('close', lost) }
}
