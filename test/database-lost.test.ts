/** Connections to Postgres that end at the worst moment. */
import { createServer, connect as dial } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../src/platform/db.ts'
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
