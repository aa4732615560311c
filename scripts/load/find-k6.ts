/** Which k6 to use: the one given, the one built here earlier, the one installed, Docker's, or one to build with Go. */
import { delimiter, join } from 'node:path'

export const k6Version = 'v2.2.0'
/** Where a k6 that was built here lies, below the checkout; git-ignored. */
export const builtK6 = join('.k6', 'k6')

export type K6 =
  | { kind: 'binary'; path: string; version: string }
  | { kind: 'docker' }
  | { kind: 'build'; go: string }
  | { kind: 'missing'; help: string }

/** What is asked of the machine. */
export interface Probes {
  env: Record<string, string | undefined>
  isFile(path: string): boolean
  /** What `k6 version` prints, or undefined when the file can't be run. */
  versionOf(path: string): Promise<string | undefined>
  dockerAnswers(): Promise<boolean>
}

const help = `No k6, and nothing to get it with. One of these is enough:
  k6 2.x on PATH (macOS: brew install k6 · others: https://grafana.com/docs/k6/latest/set-up/install-k6/)
  K6_BIN=/path/to/k6
  Docker, with its engine running
  Go 1.25 or later (Debian/Ubuntu: sudo apt-get install golang-go): k6 is then built here, once`

/** Decides in the order above, `root` being the checkout. Throws when K6_BIN is set to something that isn't a k6. */
export async function findK6(root: string, { env, isFile, versionOf, dockerAnswers }: Probes): Promise<K6> {
  const installed = (name: string) =>
    pathFolders(env.PATH)
      .map((folder) => join(folder, name))
      .find(isFile)
  if (env.K6_BIN) {
    const version = await versionOf(env.K6_BIN)
    if (!version) throw new Error(`K6_BIN is ${env.K6_BIN}, and "${env.K6_BIN} version" does not work.`)
    return { kind: 'binary', path: env.K6_BIN, version }
  }
  for (const path of [join(root, builtK6), installed('k6')]) {
    const version = path && isFile(path) ? await versionOf(path) : undefined
    if (path && version) return { kind: 'binary', path, version }
  }
  if (await dockerAnswers()) return { kind: 'docker' }
  const go = installed('go')
  return go ? { kind: 'build', go } : { kind: 'missing', help }
}

function pathFolders(path = ''): string[] {
  return path.split(delimiter).filter(Boolean)
}
