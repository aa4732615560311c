/** For runs that start databases and processes: asked to end, they stop those first. */
import { terminationSignal } from '../../src/main.ts'

/** `work`, unless the process is asked to end meanwhile: then it rejects. Once a process. */
export async function unlessEnded<T>(work: Promise<T>): Promise<T> {
  const ended = terminationSignal().then((signal) => Promise.reject(new Error(`Ended by ${signal}.`)))
  ended.catch(() => {}) // it may come when nobody waits for it any more
  return Promise.race([work, ended])
}
