import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { acquireLock, askOwner } from '../scripts/stack/lock.ts'
import { type LocalPostgres, startPostgres } from '../scripts/stack/postgres.ts'
import { findRedis, startRedis, stopOrphanRedis } from '../scripts/stack/redis.ts'
import { DataDirInUse, joinStack, openStack } from '../scripts/stack/stack.ts'

function dataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-stack-'))
  chmodSync(folder, 0o755)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return (await client.query(sql).finally(() => client.end())).rows
}

describe('the lock on a DATA_DIR', () => {
  it('given an owner, when another wants it, then it is refused, and told who owns it', async () => {
    const folder = dataDir()
    const lock = await acquireLock(folder)
    expect(await acquireLock(folder)).toBeUndefined()
    const asked = askOwner(folder)
    const info = { pid: 1, databaseUrl: 'postgres://a', redisUrl: 'redis://b' }
    lock?.publish(info)
    expect(await asked).toEqual(info)
    expect(await askOwner(folder)).toEqual(info)
    lock?.release()
    expect(await askOwner(folder)).toBeUndefined()
    const next = await acquireLock(folder)
    expect(next).toBeDefined()
    next?.release()
  })
})

describe('the local Postgres', () => {
  it('given a server whose application was killed, when started again, then it is taken over with its data', async () => {
    const folder = dataDir()
    mkdirSync(join(folder, 'postgres.new')) // what an interrupted initdb leaves
    const first = await startPostgres(folder)
    let last: LocalPostgres = first
    onTestFinished(() => last.stop().catch(() => {}))
    await query(first.url, 'CREATE TABLE kept (n int)')
    last = await startPostgres(folder)
    expect(last.url).toBe(first.url)
    expect(await query(last.url, 'SELECT FROM kept')).toEqual([])
    await last.stop()

    // After a crash and a reboot: the recorded pid is somebody else's.
    writeFileSync(join(last.folder, 'postmaster.pid'), `${process.pid}\n${last.folder}\n1\n1\n\n127.0.0.1\n`)
    last = await startPostgres(folder)
    expect(await query(last.url, 'SELECT FROM kept')).toEqual([])
    await last.stop()

    writeFileSync(join(last.folder, 'PG_VERSION'), '12\n')
    await expect(startPostgres(folder)).rejects.toThrow(/made by PostgreSQL 12.*DATA_DIR/)
  })
})

describe('the local Redis', () => {
  it('given folders on the PATH, when looked for, then redis-server comes before valkey-server', () => {
    const [redis, valkey, empty] = [dataDir(), dataDir(), dataDir()]
    writeFileSync(join(redis, 'redis-server'), '')
    writeFileSync(join(valkey, 'valkey-server'), '')
    expect(findRedis([empty, valkey, redis].join(':'))).toBe(join(redis, 'redis-server'))
    expect(findRedis([empty, valkey].join(':'))).toBe(join(valkey, 'valkey-server'))
    expect(findRedis(empty)).toBeUndefined()
  })

  it('given a server that was left behind, when ended, then only if it is ours', async () => {
    const [ours, theirs] = [dataDir(), dataDir()]
    const redis = await startRedis(inject('redisBinary'), ours)
    onTestFinished(() => redis.stop())
    const alive = () => {
      try {
        return process.kill(redis.pid, 0)
      } catch {
        return false
      }
    }
    await stopOrphanRedis(redis.url, theirs)
    expect(alive()).toBe(true)
    await stopOrphanRedis(redis.url, ours)
    await redis.stop()
    expect(alive()).toBe(false)
    await stopOrphanRedis(redis.url, ours) // nobody there any more
  })
})

describe('the stack', () => {
  it('given URLs, when opened, then nothing is started', async () => {
    const given = { databaseUrl: 'postgres://given', redisUrl: 'redis://given' }
    expect(await openStack('/nowhere', given, () => {})).toMatchObject({ ...given, notes: [] })
  })

  it('given an instance that runs, when a second opens or a script joins, then DataDirInUse, or its databases', async () => {
    const folder = dataDir()
    const given = { databaseUrl: inject('templateUrl') }
    const running = await openStack(folder, given, () => {})
    onTestFinished(() => running.stop())
    await expect(openStack(folder, given, () => {})).rejects.toThrow(DataDirInUse)
    const joined = await joinStack(folder, {}, () => {})
    expect(joined).toMatchObject({ databaseUrl: running.databaseUrl, redisUrl: running.redisUrl })
    await joined.stop()
  })
})
