/** The process: configuration → application → serve → drain → end. */
import { createApp } from './app.ts'
import { ConfigError, loadConfig } from './config.ts'
import { createLog, type Log } from './platform/logging.ts'
import { startTracing } from './platform/tracing/tracing.ts'

/**
 * Serves until `until` resolves, then ends in order. Resolves when all is closed.
 * @param onReady gets the port when requests are answered
 */
export async function serve(
  env: NodeJS.ProcessEnv,
  until: Promise<string>,
  onReady: (port: number) => void = () => {},
): Promise<void> {
  const config = loadConfig(env)
  const log = createLog(config.LOG_LEVEL)
  if (config.CACHE_MODE !== 'full') log.warn(`CACHE_MODE=${config.CACHE_MODE}: this is not how to run in production`)
  if (config.CACHE_DISABLE.length > 0) log.warn(`CACHE_DISABLE: switched off are ${config.CACHE_DISABLE.join(', ')}`)
  if (config.RATE_LIMITS === 'off') log.warn('RATE_LIMITS=off: anybody may guess passwords as fast as they can')
  const tracing = await startTracing(env)
  if (tracing) log.info('traces are sent by OTLP')
  const app = createApp(config, log, { tracing })
  try {
    const server = await app.start()
    log.info({ port: server.port }, 'listening')
    onReady(server.port)
    log.info({ signal: await until }, 'stopping')
    await server.stop()
  } finally {
    await app.close()
    await tracing?.close()
  }
  log.info('stopped')
}

/** The first signal that asks the process to end. Repeats (Ctrl-C reaches us by the terminal and by npm) change nothing. */
export function terminationSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, resolve)
  })
}

/** An unforeseen error leaves the process in a state nobody knows: it is logged, and the process ends. */
export function endOnUnforeseen(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (err: unknown) => {
      log.fatal({ err }, event)
      process.exit(1)
    })
  }
}

if (import.meta.main) {
  endOnUnforeseen(createLog('info'))
  try {
    await serve(process.env, terminationSignal())
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error)
    process.exit(1)
  }
}
