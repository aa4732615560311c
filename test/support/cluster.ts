/** A Redis Cluster of three nodes, for tests of what a cluster allows. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import getPort, { portNumbers } from 'get-port'
import { Cluster, Redis } from 'ioredis'
import { inject, onTestFinished } from 'vitest'
import { type LocalRedis, startRedis } from '../../scripts/stack/redis.ts'
import { eventually } from './eventually.ts'

const slots = 16_384

/** Gone when the current test ends. */
export async function startCluster(): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'caching-reference-cluster-'))
  const nodes: LocalRedis[] = []
  onTestFinished(async () => {
    for (const node of nodes) await node.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  for (const name of ['a', 'b', 'c']) {
    const port = await getPort({ host: '127.0.0.1', port: portNumbers(21_000 + (process.pid % 8_000), 29_999) }) // the bus is at + 10,000
    const directives = ['--cluster-enabled', 'yes', '--cluster-config-file', `${name}.conf`]
    nodes.push(await startRedis(inject('redisBinary'), join(folder, name), { port, directives }))
  }
  const ports = nodes.map(({ url }) => Number(new URL(url).port))
  const clients = ports.map((port) => new Redis({ port }))
  const share = Math.ceil(slots / clients.length)
  for (const [index, client] of clients.entries()) {
    for (const port of ports) await client.cluster('MEET', '127.0.0.1', port)
    await client.cluster('ADDSLOTSRANGE', index * share, Math.min((index + 1) * share, slots) - 1)
  }
  await eventually(async () => {
    for (const client of clients) {
      const info = String(await client.cluster('INFO'))
      if (!info.includes('cluster_state:ok') || !info.includes('cluster_known_nodes:3')) throw new Error('not yet')
    }
  })
  for (const client of clients) client.disconnect()
  const cluster = new Cluster(ports.map((port) => ({ host: '127.0.0.1', port })))
  onTestFinished(() => cluster.disconnect())
  return cluster
}
