/**
 * Decides whether the entries on the Redis server behind the connection can be trusted. After a failover it may be a
 * replica that has missed the latest invalidations (replication is asynchronous), after a restart one that has loaded
 * an old snapshot. The state of the tags (tags.lua) names the server that has executed every invalidation; another
 * server's entries become invalid. Until this is checked, after each connect, Redis counts as unavailable.
 */
import { isCluster, type RedisClient } from './client.ts'

export interface ServerWatch {
  /** Whether entries may be read. */
  isTrusted(): boolean
  /** Checks the server. Never rejects; retries until there is an answer or the connection is lost. */
  check(): Promise<void>
  close(): void
}

interface ServerWatchDeps {
  client: RedisClient
  /** Runs check-server.lua: resolves `false` if this is another server, whose entries are invalid now. */
  isSameServer(): Promise<boolean>
  onOtherServer(): void
}

const retryMs = 100

export function createServerWatch({ client, isSameServer, onOtherServer }: ServerWatchDeps): ServerWatch {
  // A cluster has many servers, and no single connection to watch.
  if (isCluster(client)) return { isTrusted: () => true, check: async () => {}, close: () => {} }
  let isTrusted = false
  let connection = 0
  let retry: NodeJS.Timeout | undefined

  const pause = () =>
    new Promise<void>((resolve) => {
      retry = setTimeout(resolve, retryMs)
      retry.unref()
    })
  const checkConnection = async (own: number) => {
    while (!isTrusted && own === connection && client.status === 'ready') {
      try {
        const isSame = await isSameServer()
        if (!isSame) onOtherServer()
        if (own === connection) isTrusted = true
      } catch (error) {
        // A user who may not run scripts has no use for this check, and all else fails by itself.
        if (error instanceof Error && error.message.startsWith('NOPERM')) isTrusted = true
        else await pause()
      }
    }
  }
  let checking: { connection: number; done: Promise<void> } | undefined
  const check = () => {
    if (checking?.connection !== connection) checking = { connection, done: checkConnection(connection) }
    return checking.done
  }
  const onClose = () => {
    connection++
    isTrusted = false
  }
  client.on('close', onClose)
  return {
    // Without a connection every command fails by itself, and the breaker has to count the failures.
    isTrusted: () => isTrusted || client.status !== 'ready',
    check,
    close: () => {
      clearTimeout(retry)
      client.off('close', onClose)
    },
  }
}
