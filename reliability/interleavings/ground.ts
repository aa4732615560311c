/** Sets up a run: a Redis, an engine, and a clock that replaces the timers of this process. */
import { loadEngine } from './engine.ts'
import type { Ground } from './run.ts'
import { startServer } from './server.ts'
import { installClock } from './time.ts'

/** Gives `work` a ground of its own, and takes it away afterwards. */
export async function withGround<T>(folder: string, work: (ground: Ground) => Promise<T>): Promise<T> {
  const server = await startServer()
  const clock = installClock()
  try {
    const engine = await loadEngine(folder, server)
    return await work({ engine, server, clock })
  } finally {
    clock.uninstall()
    await server.stop()
  }
}
