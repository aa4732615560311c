import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import getPort from 'get-port'
import pg from 'pg'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'

// `npm start` as a process of its own: real signals, real ports, a real kill -9.

const folder = mkdtempSync(join(tmpdir(), 'caching-reference-start-'))
chmodSync(folder, 0o755)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Instance {
  process: ChildProcess
  output(): string
  ended: Promise<number | null>
  url(name: 'DATABASE_URL' | 'REDIS_URL'): string
}

function run(env: Record<string, string>): Instance {
  const { DATABASE_URL, REDIS_URL, ...inherited } = process.env
  const child = spawn(process.execPath, ['scripts/start.ts'], { env: { ...inherited, DATA_DIR: folder, ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return {
    process: child,
    output: () => output,
    ended: new Promise((resolve) => child.on('close', resolve)),
    url: (name) => output.match(new RegExp(`${name}\\s+(\\S+)`))?.[1] ?? '',
  }
}

async function serving(instance: Instance): Promise<void> {
  const says = () => expect(instance.output()).toContain('Ctrl-C stops everything')
  const up = vi.waitFor(says, { timeout: 60_000, interval: 50 })
  await Promise.race([up, instance.ended.then(() => expect.unreachable(`it ended:\n${instance.output()}`))])
}

async function connects(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  )
}

describe('npm start', () => {
  it('given nothing, when started, stopped, killed and started again, then it serves each time, and nothing is lost', async () => {
    const port = await getPort()
    const read = async (slug: string) => (await fetch(`http://127.0.0.1:${port}/api/products/${slug}`)).status

    const first = run({ PORT: String(port) })
    await serving(first)
    expect(first.output()).toContain('seeded 1,000 products')
    expect(await read('blue-mug')).toBe(200)
    expect(await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()).toMatchObject({ status: 'ok' })
    const second = run({ PORT: String(await getPort()) })
    expect(await second.ended).toBe(1)
    expect(second.output()).toMatch(/in use by another running instance \(pid \d+\).*DATA_DIR/)
    first.process.kill('SIGINT')
    expect(await first.ended).toBe(0)
    expect(await connects(first.url('DATABASE_URL'))).toBe(false)

    const killed = run({ PORT: String(port) })
    await serving(killed)
    expect(killed.output()).not.toContain('seeded')
    const client = new pg.Client({ connectionString: killed.url('DATABASE_URL') })
    client.on('error', () => {})
    await client.connect()
    await client.query(`INSERT INTO product (slug, title, status) VALUES ('kept', 'Kept', 'active')`)
    await client.end()
    killed.process.kill('SIGKILL')
    await killed.ended

    const again = run({ PORT: String(port) })
    await serving(again)
    expect(await read('kept')).toBe(200)
    again.process.kill('SIGTERM')
    expect(await again.ended).toBe(0)
    expect(await connects(again.url('DATABASE_URL'))).toBe(false)
  }, 180_000)

  it('given a wrong variable, when started, then one message names it, and nothing was started', async () => {
    const instance = run({ PORT: 'abc', CACHE_MODE: 'fast' })
    expect(await instance.ended).toBe(1)
    expect(instance.output().trim()).toBe(
      'The configuration is wrong:\n  PORT: must be a whole number from 0 to 65535\n  CACHE_MODE: must be one of full, naive, off',
    )
  })

  it.each([
    [{ DATABASE_URL: 'postgres://shop:hunter2@localhost:1/shop', REDIS_HOST: 'localhost' }, 'DATABASE_URL'],
    [{ DATA_DIR: 'package.json' }, 'DATA_DIR'],
  ])('given %j, which cannot work, when started, then the message names the variable', async (env, name) => {
    const instance = run(env)
    expect(await instance.ended).toBe(1)
    expect(instance.output()).toMatch(new RegExp(`^\\s*${name}: \\S[^\\n]+\\n$`))
    expect(instance.output()).not.toContain('hunter2')
  })

  it('given a port in use, when started, then the message says so, and what was started is stopped', async () => {
    const other = createServer().listen(0)
    onTestFinished(() => void other.close())
    const address = other.address()
    const port = typeof address === 'object' ? address?.port : 0
    const instance = run({ PORT: String(port) })
    expect(await instance.ended).toBe(1)
    expect(instance.output()).toContain(`Port ${port} is in use. Stop what listens there, or set PORT to another one.`)
    const next = run({ PORT: '0' })
    await serving(next)
    next.process.kill('SIGINT')
    expect(await next.ended).toBe(0)
  }, 120_000)
})
