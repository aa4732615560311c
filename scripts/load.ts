/** `npm run load -- <scenario> [k6 options]`: runs load-tests/<scenario>.ts against a running server. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildK6 } from './load/build-k6.ts'
import { loadCommand } from './load/command.ts'
import { asksForComparison } from './load/compare-options.ts'
import { runComparison } from './load/comparison.ts'
import { findK6, type Probes } from './load/find-k6.ts'
import { run } from './load/run.ts'
import { exec } from './stack/exec.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const say = (line: string) => console.error(line)

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

try {
  const args = process.argv.slice(2)
  process.exitCode = asksForComparison(args) ? await runComparison(root, args, say) : await load(args)
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

/** Gives k6's own exit code: 0 if all thresholds hold, 99 if one is crossed. */
async function load([name, ...options]: string[]): Promise<number> {
  if (name === undefined || !scenarios().includes(name)) {
    throw new Error(
      `${name === undefined ? 'Which scenario?' : `There is no scenario "${name}".`} There are: ${scenarios().join(', ')}
usage: npm run load -- <scenario> [k6 options, such as --vus 10 --duration 30s]`,
    )
  }
  const baseUrl = (process.env.BASE_URL || `http://127.0.0.1:${process.env.PORT || 3000}`).replace(/\/+$/, '')
  await expectServer(baseUrl)
  const found = await findK6(root, probes)
  if (found.kind === 'missing') throw new Error(found.help)
  const k6 =
    found.kind === 'build'
      ? ({ kind: 'binary', path: await buildK6(root, found.go, say), version: '' } as const)
      : found
  const user = process.getuid && process.getgid ? { uid: process.getuid(), gid: process.getgid() } : undefined
  const { file, args } = loadCommand(k6, { root, name, baseUrl, options }, { platform: process.platform, user })
  say(`${file} ${args.join(' ')}`)
  return run(file, args, { cwd: root, env: { K6_NO_USAGE_REPORT: 'true', ...process.env } })
}

function scenarios(): string[] {
  return readdirSync(new URL('../load-tests/', import.meta.url))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
}

async function expectServer(baseUrl: string): Promise<void> {
  const answer = await fetch(`${baseUrl}/livez`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
  if (answer?.ok) return
  const what = answer ? `${baseUrl}/livez answers ${answer.status}` : `Nothing answers at ${baseUrl}/livez`
  throw new Error(`${what}. Start the server first (npm start), or say where it is: BASE_URL=http://…`)
}
