/**
 * Postgres refuses to run as root. When we are root, it runs as an unprivileged account, and what it must read has to
 * lie where that account can reach it: a checkout under /root (mode 0700) is out of its sight.
 */

import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { exec } from './exec.ts'

export interface Account {
  uid: number
  gid: number
}

/** The account Postgres runs as, or undefined when the current one will do. */
export async function postgresAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: Number(await exec('id', ['-u', name])), gid: Number(await exec('id', ['-g', name])) }
    } catch {
      // not on this machine: try the next
    }
  }
  throw new Error('Running as root, and there is neither a "postgres" nor a "nobody" account to run Postgres as.')
}

/** Whether another account may pass through every folder above `path`. */
export function reachable(path: string): boolean {
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

const sharedRoot = '/var/lib/caching-reference'

/** `folder` itself if `account` can reach it, else a stand-in for it under /var/lib, the same at every call. */
export function reachableFolder(folder: string, account: Account | undefined): string {
  if (!account || reachable(folder)) return folder
  const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 12)
  mkdirSync(sharedRoot, { recursive: true, mode: 0o755 })
  return join(sharedRoot, name)
}

/** `folder` if reachable, else a copy of it where it is; another `version` of it is another copy. */
export function reachableCopy(folder: string, version: string, account: Account | undefined): string {
  const shared = reachableFolder(folder, account)
  if (shared === folder) return folder
  const place = `${shared}-${version}`
  if (existsSync(place)) return place
  const unfinished = `${place}.${process.pid}`
  cpSync(folder, unfinished, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(unfinished, place)
  } catch {
    rmSync(unfinished, { recursive: true, force: true }) // another process was faster
  }
  return place
}
