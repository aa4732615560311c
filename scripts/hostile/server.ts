/** The application in a process of its own, that tells its parent of its memory after a collection of garbage. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { endOnUnforeseen, serve } from '../../src/main.ts'
import { createLog } from '../../src/platform/logging.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

endOnUnforeseen(createLog('info'))
const until = new Promise<string>((resolve) => {
  process.once('SIGTERM', resolve)
  process.once('disconnect', () => resolve('the parent is gone'))
})
process.on('message', () => {
  collect()
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send?.({ memory: { rss, heapUsed, external } })
})
await serve(process.env, until, (port) => void process.send?.({ port }))
process.exit()
