/** A scenario in k6, with whichever k6 there is: found, in Docker, or built with Go. */
import { existsSync, statSync } from 'node:fs'
import { exec } from '../stack/exec.ts'
import { buildK6 } from './build-k6.ts'
import { loadCommand } from './command.ts'
import { findK6, type K6, type Probes } from './find-k6.ts'
import { run } from './run.ts'

export type UsableK6 = Extract<K6, { kind: 'binary' | 'docker' }>

const probes: Probes = {
  env: process.env,
  isFile: (path) => existsSync(path) && statSync(path).isFile(),
  versionOf: async (path) => (await exec(path, ['version']).catch(() => '')).trim() || undefined,
  dockerAnswers: () =>
    exec('docker', ['info'], { timeout: 10_000 }).then(
      () => true,
      () => false,
    ),
}

/** Builds one if Go is all there is. Gives what to do when there is nothing. */
export async function getK6(root: string, say: (line: string) => void): Promise<UsableK6 | { help: string }> {
  const found = await findK6(root, probes)
  if (found.kind === 'missing') return { help: found.help }
  return found.kind === 'build' ? { kind: 'binary', path: await buildK6(root, found.go, say), version: '' } : found
}

export interface K6Run {
  root: string
  name: string
  baseUrl: string
  /** What config/settings.ts reads, and SUMMARY, a file below `root`. */
  variables: Record<string, string>
  /** Of k6's own, given on as they are. */
  options?: string[]
}

/** Gives k6's own exit code: 0 if all its thresholds hold, 99 if one is crossed. */
export function runWithK6(k6: UsableK6, { root, options = [], ...scenario }: K6Run): Promise<number> {
  const user = process.getuid && process.getgid ? { uid: process.getuid(), gid: process.getgid() } : undefined
  const { file, args } = loadCommand(k6, { root, options, ...scenario }, { platform: process.platform, user })
  return run(file, args, { cwd: root, env: { ...process.env, K6_NO_USAGE_REPORT: 'true' } })
}
