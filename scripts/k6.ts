/** `npm run k6`: says which k6 load tests run with; builds one if Go is all there is. Fails when there is none. */
import { fileURLToPath } from 'node:url'
import { getK6 } from './load/with-k6.ts'

try {
  const k6 = await getK6(fileURLToPath(new URL('..', import.meta.url)), (line) => console.error(line))
  if ('help' in k6) throw new Error(k6.help)
  console.log(k6.kind === 'docker' ? 'k6 in Docker' : k6.path)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
