/** What figures belong to: date, commit, machine, and how busy it was. */
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Date, commit and machine. */
export function machine() {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  return {
    Date: new Date().toISOString().slice(0, 16).replace('T', ' ').concat(' UTC'),
    Commit: commit(),
    Machine: `${availableParallelism()} cores, ${cpus()[0]?.model.trim()}, ${memory}, ${platform()} ${release()}`,
  }
}

/** As a line of a report. */
export function load(): string {
  const figures = loadavg().map((figure) => figure.toFixed(1))
  return `${figures.join(', ')}: this run and whoever shares the machine`
}

/** As Markdown list items. */
export const items = (entries: Record<string, string | number>) =>
  Object.entries(entries)
    .map(([name, value]) => `- ${name}: ${value}`)
    .join('\n')

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', ['--no-optional-locks', ...args], { cwd: root, encoding: 'utf8' })
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'bench', 'scripts') !== ''
    return `${git('rev-parse', 'HEAD').trim()}${changed ? ', with changes in src/, bench/ or scripts/' : ''}`
  } catch {
    return 'unknown'
  }
}
