/** A contestant's process, and how it is asked: requests in a closed loop, its own CPU time for them. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Contestant, Measured } from './contestants.ts'

const program = fileURLToPath(new URL('./server.ts', import.meta.url))
const connections = 8

export interface Running {
  base: string
  /** CPU time a request took, µs. Throws if an answer is not what it should be. */
  measure(row: Measured, requests: number): Promise<number>
  /** Bytes of the answer's body. */
  bodyOf(row: Measured): Promise<number>
  end(): void
}

export async function startContestant(
  name: Contestant,
  env: Record<string, string>,
  execArgv: string[] = [],
): Promise<Running> {
  const child = fork(program, [name], { env: { ...process.env, ...env }, execArgv })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const etags = new Map<string, string | undefined>()

  const cpuUs = async (): Promise<number> => {
    child.send('cpu')
    const [answer] = (await once(child, 'message')) as [{ cpuUs: number }]
    return answer.cpuUs
  }
  const send = (row: Measured, number: number): Promise<{ response: IncomingMessage; bytes: number }> => {
    const { path, headers } = row.ask(number, etags.get(row.name))
    return new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, agent, path, headers }, (response) => {
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
        })
        response.on('end', () => resolve({ response, bytes }))
        response.on('error', reject)
      }).on('error', reject)
    })
  }
  const ask = async (row: Measured, number: number) => {
    const { response } = await send(row, number)
    if (response.statusCode !== row.status) throw new Error(`${row.name}: ${response.statusCode}`)
  }

  return {
    base: `http://127.0.0.1:${port}`,
    measure: async (row, requests) => {
      if (!etags.has(row.name)) etags.set(row.name, (await send(row, 0)).response.headers.etag)
      let next = 0
      const loop = async () => {
        while (next < requests) await ask(row, next++)
      }
      const before = await cpuUs()
      await Promise.all(Array.from({ length: connections }, loop))
      return ((await cpuUs()) - before) / requests
    },
    bodyOf: async (row) => (await send(row, 0)).bytes,
    end: () => {
      agent.destroy()
      child.disconnect()
    },
  }
}
