/**
 * Programs that Debian packages and npm doesn't: from PATH, else unpacked from the distribution's package into
 * `.tools/` (git-ignored). Nothing is installed, no service starts, and no root is needed.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exec } from '../stack/exec.ts'

/** The program's name by the package that has it. */
const packages = {
  prometheus: 'prometheus',
  promtool: 'prometheus',
  'prometheus-redis-exporter': 'prometheus-redis-exporter',
  'prometheus-postgres-exporter': 'prometheus-postgres-exporter',
} as const
export type Tool = keyof typeof packages

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The program's path. Rejects with a message for a person when there is none and none can be got. */
export async function findTool(
  tool: Tool,
  path = process.env.PATH ?? '',
  folder = join(root, '.tools'),
): Promise<string> {
  const name = packages[tool]
  const unpacked = join(folder, name, 'usr', 'bin', tool)
  const places = [
    ...path
      .split(delimiter)
      .filter(Boolean)
      .map((each) => join(each, tool)),
    unpacked,
  ]
  const found = places.find((place) => existsSync(place))
  if (found) return found
  await unpack(name, folder, path).catch((error) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(
      `There is no ${tool} on PATH, and Debian's package ${name} could not be unpacked (${why}).\n` +
        `Debian/Ubuntu: sudo apt-get update && sudo apt-get install ${name} · others: put ${tool} on PATH.`,
    )
  })
  return unpacked
}

/** Two processes may do it at once: each in a folder of its own, and the first to be done puts it in place. */
async function unpack(name: string, folder: string, path: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const work = mkdtempSync(join(folder, 'unpacking-'))
  const options = { cwd: work, env: { ...process.env, PATH: path } }
  const download = () => exec('apt-get', ['download', '-qq', name], options)
  try {
    // A fresh machine has no package lists, and one that is old asks for what is gone; root may renew them.
    await download().catch((error) =>
      process.getuid?.() === 0 ? exec('apt-get', ['update', '-qq'], options).then(download) : Promise.reject(error),
    )
    const deb = readdirSync(work).find((file) => file.endsWith('.deb'))
    if (!deb) throw new Error('apt-get download gave no package')
    await exec('dpkg-deb', ['-x', deb, 'content'], options)
    try {
      renameSync(join(work, 'content'), join(folder, name))
    } catch (error) {
      if (!existsSync(join(folder, name))) throw error // else somebody else was faster
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
