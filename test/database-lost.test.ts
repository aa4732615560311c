/** Connections to Postgres that end at the worst moment. */
import { createServer, connect as dial } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { isDatabaseBusy, openDatabase } from '../src/platform/db.ts'
import { createLog } from '../src/platform/logging.ts'
import { createMetrics } from '../src/platform/metrics.ts'
import { freshDatabase } from './support/database.ts'

const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])
const fields = Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')
const size = Buffer.alloc(4)
size.writeInt32BE(fields.length + 4)
const terminated = Buffer.concat([Buffer.from('E'), size, fields])

/** Before Postgres: each connection hears in one breath that it may ask, and that it is at an end. */
async function startDoom(databaseUrl: string): Promise<string> {
  const { port, hostname } = new URL(databaseUrl)
  const server = createServer((client) => {
    const postgres = dial(Number(port), hostname)
    client.pipe(postgres)
    client.on('error', () => postgres.destroy())
    postgres.on('data', (data) => {
      if (!data.subarray(-readyForQuery.length).equals(readyForQuery)) return client.write(data)
      client.end(Buffer.concat([data, terminated]))
      postgres.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const url = new URL(databaseUrl)
  url.port = String((server.address() as { port: number }).port)
  return url.href
}

it('given a connection that ends in the turn between connect() and its caller (found by torture: the process ended), when used, then the query fails, and nothing else', async () => {
  const { url, drop } = await freshDatabase()
  onTestFinished(drop)
  const uncaught: unknown[] = []
  const note = (error: unknown) => void uncaught.push(error)
  process.on('uncaughtException', note)
  onTestFinished(() => void process.off('uncaughtException', note))
  const options = { url: await startDoom(url), poolMax: 2, acquireTimeoutMs: 1_000, statementTimeoutMs: 1_000 }
  const db = openDatabase(options, createMetrics({}), createLog('silent'))
  onTestFinished(() => db.close())
  const client = await db.pool.connect()
  await expect(client.query('SELECT 1')).rejects.toThrow()
  client.release(true)
  expect(uncaught).toEqual([])
})

it.each(['pool', 'model', 'raw'] as const)(
  'given a Postgres that is away (found by torture: lists answered 500), when asked by %s, then the error counts as busy',
  async (way) => {
    const url = 'postgres://nobody@127.0.0.1:1/nothing'
    const options = { url, poolMax: 1, acquireTimeoutMs: 1_000, statementTimeoutMs: 1_000 }
    const db = openDatabase(options, createMetrics({}), createLog('silent'))
    onTestFinished(() => db.close())
    const ask = {
      pool: () => db.pool.query('SELECT 1'),
      model: () => db.prisma.product.findFirst(),
      raw: () => db.prisma.$queryRaw`SELECT 1`,
    }
    expect(isDatabaseBusy(await Promise.resolve(ask[way]()).catch((error: unknown) => error))).toBe(true)
  },
)

it.each([
  'Server has closed the connection.',
  'Operation has timed out',
  'Too many database connections opened: sorry, too many clients already',
  'Transaction failed due to a write conflict or a deadlock. Please retry your transaction',
])('given a raw query by Prisma that failed with "%s", when judged, then the error counts as busy', (words) => {
  const error = new Error(
    `Invalid \`prisma.$queryRaw()\` invocation: Raw query failed. Code: \`N/A\`. Message: \`${words}\``,
  )
  expect(isDatabaseBusy(error)).toBe(true)
  expect(isDatabaseBusy(new Error('Raw query failed. Code: `42P01`. Message: `relation "x" does not exist`'))).toBe(
    false,
  )
})
