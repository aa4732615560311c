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

/** Moves the slot of `key`, with what is in it, to another node, step by step, as `redis-cli --cluster reshard` does. */
export async function moveSlot(cluster: Cluster, key: string): Promise<void> {
  const slot = Number(await cluster.cluster('KEYSLOT', key))
  const masters = cluster.nodes('master')
  const ids = await Promise.all(masters.map(async (node) => String(await node.cluster('MYID'))))
  const shards = (await masters[0]?.cluster('SLOTS')) ?? []
  const from = shards.find(([first, last]) => first <= slot && slot <= last)?.[2]?.[2]
  const source = masters[ids.indexOf(String(from))] as Redis
  const target = masters.find((node) => node !== source) as Redis
  const to = ids[masters.indexOf(target)] as string
  await target.cluster('SETSLOT', slot, 'IMPORTING', String(from))
  await source.cluster('SETSLOT', slot, 'MIGRATING', to)
  for (;;) {
    const keys = (await source.cluster('GETKEYSINSLOT', slot, 1)) as string[]
    if (keys.length === 0) break
    await source.migrate('127.0.0.1', target.options.port ?? 0, '', 0, 1_000, 'KEYS', ...keys)
    await new Promise((resolve) => setTimeout(resolve, 5)) // some keys are here, some there
  }
  await target.cluster('SETSLOT', slot, 'NODE', to)
  await source.cluster('SETSLOT', slot, 'NODE', to)
}
