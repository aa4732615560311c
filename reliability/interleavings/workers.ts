/** A search in several processes, each with a Redis of its own. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { withGround } from './ground.ts'
import { type Searched, type SearchOptions, search } from './search.ts'

export interface ParallelOptions extends SearchOptions {
  /** The folder of the engine. */
  engine: string
}

const own = fileURLToPath(import.meta.url)

/** The sum of what `count` processes have searched, with the first violation that any has found. */
export async function searchInParallel(options: ParallelOptions, count: number): Promise<Searched> {
  const share = { ...options, maxSchedules: Math.ceil(options.maxSchedules / count) }
  const parts = await Promise.all(
    Array.from({ length: count }, (_, index) => searchInProcess({ ...share, seed: options.seed + index * 1_000 })),
  )
  return {
    schedules: parts.reduce((sum, { schedules }) => sum + schedules, 0),
    steps: parts.reduce((sum, { steps }) => sum + steps, 0),
    seconds: Math.max(...parts.map(({ seconds }) => seconds)),
    found: parts.find(({ found }) => found)?.found,
  }
}

export function searchInProcess(options: ParallelOptions): Promise<Searched> {
  return new Promise((resolve, reject) => {
    const child = fork(own)
    let result: Searched | undefined
    child.on('message', (message: Searched) => {
      result = message
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (result) resolve(result)
      else reject(new Error(`A process of the search ended with ${code}.`))
    })
    child.send(options)
  })
}

if (process.argv[1] === own) {
  process.once('message', async (options: ParallelOptions) => {
    const result = await withGround(options.engine, (ground) => search(ground, options))
    process.send?.(result, () => process.exit(0))
  })
}
