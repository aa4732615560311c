/** Builds k6 from its Go module. Neither npm nor Debian carry it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { exec } from '../stack/exec.ts'
import { builtK6, k6Version } from './find-k6.ts'
import { run } from './run.ts'

const k6Module = `go.k6.io/k6/v2@${k6Version}`

/** Builds into `.k6/` under `root` with the `go` given, its output shown, and gives the program's path. */
export async function buildK6(root: string, go: string, say: (line: string) => void): Promise<string> {
  const target = join(root, builtK6)
  mkdirSync(join(root, '.k6'), { recursive: true })
  say(`No k6 here: building ${k6Module} with Go into ${target}. Once only; it takes minutes.`)
  // Not "go install": that also asks for the newest version, which not every module proxy can tell.
  const { Dir: sources } = JSON.parse(await exec(go, ['mod', 'download', '-json', k6Module])) as { Dir: string }
  const code = await run(go, ['build', '-v', '-trimpath', '-o', target, '.'], { cwd: sources })
  if (code !== 0) throw new Error(`Building k6 failed (exit code ${code}).`)
  return target
}
