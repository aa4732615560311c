/** The databases a script works on: those it is given by URL, and for the rest a local Postgres and Redis. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { acquireLock, askOwner } from './lock.ts'
import { startPostgres } from './postgres.ts'
import { findRedis, freeRedisPort, installRedis, redisHelp, startRedis, stopOrphanRedis } from './redis.ts'

export interface Stack {
  databaseUrl: string
  redisUrl: string
  /** Human lines: what was started where, and what is missing. */
  notes: string[]
  stop(): Promise<void>
}

export class DataDirInUse extends Error {}

/** URLs that need no local server. */
export interface Given {
  databaseUrl?: string | undefined
  redisUrl?: string | undefined
}

/** Uses what is given, starts the rest under `dataDir`. Throws DataDirInUse when another process has started it. */
export async function openStack(dataDir: string, given: Given, say: (line: string) => void): Promise<Stack> {
  if (given.databaseUrl && given.redisUrl) {
    return { databaseUrl: given.databaseUrl, redisUrl: given.redisUrl, notes: [], stop: async () => {} }
  }
  createFolder(dataDir)
  const lock = await acquireLock(dataDir)
  if (!lock) {
    const owner = await askOwner(dataDir)
    throw new DataDirInUse(
      `${resolve(dataDir)} is in use by another running instance (pid ${owner?.pid}). Stop that one, or set DATA_DIR.`,
    )
  }
  const started: { stop(): Promise<void> }[] = []
  const stop = async () => {
    for (const part of started.reverse()) await part.stop()
    lock.release()
  }
  try {
    const notes: string[] = []
    const databaseUrl = given.databaseUrl ?? (await localPostgres())
    const redisUrl = given.redisUrl ?? (await localRedis())
    lock.publish({ pid: process.pid, databaseUrl, redisUrl })
    return { databaseUrl, redisUrl, notes, stop }

    async function localPostgres(): Promise<string> {
      const postgres = await startPostgres(dataDir)
      started.push(postgres)
      notes.push(`PostgreSQL 18 in ${postgres.folder}`)
      return postgres.url
    }

    async function localRedis(): Promise<string> {
      const record = join(dataDir, 'redis.url')
      if (existsSync(record)) await stopOrphanRedis(readFileSync(record, 'utf8'), dataDir)
      const binary = findRedis() ?? (await installRedis(say))
      if (!binary) {
        const port = await freeRedisPort()
        notes.push(
          'NO REDIS: every read goes to Postgres. The cache switches itself on as soon as a Redis answers:',
          `  ${redisHelp}`,
          `  then: redis-server redis.conf --bind 127.0.0.1 --port ${port}   (or stop this, and start again)`,
        )
        return `redis://127.0.0.1:${port}`
      }
      const redis = await startRedis(binary, dataDir)
      writeFileSync(record, redis.url)
      started.push({ stop: () => redis.stop().then(() => rmSync(record, { force: true })) })
      notes.push(`Redis (${binary}), in memory only`)
      return redis.url
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function createFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true })
    accessSync(dataDir, constants.W_OK)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : cause
    throw new Error(`DATA_DIR: ${resolve(dataDir)} can't hold the databases (${reason})`, { cause })
  }
}

/** For a script that may run beside `npm start`: the running instance's databases if there is one, else its own. */
export async function joinStack(dataDir: string, given: Given, say: (line: string) => void): Promise<Stack> {
  const complete = given.databaseUrl && given.redisUrl
  const owner = complete || !existsSync(dataDir) ? undefined : await askOwner(dataDir)
  if (!owner) return openStack(dataDir, given, say)
  return {
    databaseUrl: given.databaseUrl ?? owner.databaseUrl,
    redisUrl: given.redisUrl ?? owner.redisUrl,
    notes: [`Using the databases of the running instance (pid ${owner.pid}).`],
    stop: async () => {},
  }
}
