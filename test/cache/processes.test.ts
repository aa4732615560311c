import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import type { Order, Report } from '../support/cache-worker.ts'

const script = fileURLToPath(new URL('../support/cache-worker.ts', import.meta.url))

interface Worker {
  process: ChildProcess
  tell(order: Order): void
  next<T extends Report['type']>(type: T): Promise<Extract<Report, { type: T }>>
}

async function startWorkers(count: number, loadMs: number): Promise<Worker[]> {
  const prefix = `p-${randomUUID().slice(0, 8)}`
  const workers = Array.from({ length: count }, () => {
    const child = fork(script, [inject('redisUrl'), prefix, String(loadMs)], { execArgv: [] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const next = <T extends Report['type']>(type: T) =>
      new Promise<Extract<Report, { type: T }>>((resolve) => {
        const listen = (report: Report) => {
          if (report.type !== type) return
          child.off('message', listen)
          resolve(report as Extract<Report, { type: T }>)
        }
        child.on('message', listen)
      })
    return { process: child, tell: (order: Order) => void child.send(order), next }
  })
  await Promise.all(workers.map((worker) => worker.next('ready')))
  return workers
}

describe('across processes', () => {
  it('[G1, case 4] given 4 processes with 100 callers each and a missing key, when all read it, then exactly one load runs', async () => {
    const workers = await startWorkers(4, 200)
    const done = workers.map((worker) => worker.next('done'))
    for (const worker of workers) worker.tell({ do: 'read', key: 'cold', callers: 100 })
    const reports = await Promise.all(done)
    expect(reports.map(({ loads }) => loads).sort()).toEqual([0, 0, 0, 1])
    expect(new Set(reports.flatMap(({ values }) => values)).size).toBe(1)
  })

  it('[G2, case 5] given the lease holder is killed during its load, when other processes wait, then one takes over: two loads in total', async () => {
    const [holder, ...others] = await startWorkers(4, 300)
    if (!holder) throw new Error('no worker')
    const loading = holder.next('loading')
    holder.tell({ do: 'read', key: 'cold', callers: 10 })
    await loading
    const done = others.map((worker) => worker.next('done'))
    for (const worker of others) worker.tell({ do: 'read', key: 'cold', callers: 10 })
    holder.process.kill('SIGKILL')
    const reports = await Promise.all(done)
    expect(reports.reduce((sum, { loads }) => sum + loads, 0)).toBe(1)
    expect(reports.flatMap(({ values }) => values)).not.toContain(`cold by ${holder.process.pid}`)
  })
})
