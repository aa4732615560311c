/** The engine under search: this repository's, another commit's, or one with a guard removed. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as CacheModule from '../../src/cache/cache.ts'
import type * as SwitchesModule from '../../src/cache/switches.ts'
import type { Server } from './server.ts'
import { readScripts } from './words.ts'

export type Engine = Pick<typeof CacheModule, 'createCache'> &
  Pick<typeof SwitchesModule, 'createSwitches'> & {
    /** Redis knows them again. */
    loadScripts(): Promise<void>
  }

export const ownEngine = fileURLToPath(new URL('../../src/cache', import.meta.url))

/** `folder`: a copy of src/cache. Its scripts are in Redis afterwards. */
export async function loadEngine(folder: string, server: Server): Promise<Engine> {
  const scripts = ['redis/scripts', 'scripts'].map((path) => join(resolve(folder), path)).find(existsSync)
  if (!scripts) throw new Error(`There is no cache engine in ${folder}.`)
  const texts = readScripts(scripts)
  const loadScripts = async () => {
    for (const lua of texts) await server.execute('script', ['LOAD', lua])
  }
  await loadScripts()
  const load = (file: string) => import(pathToFileURL(join(resolve(folder), file)).href)
  const [{ createCache }, { createSwitches }] = await Promise.all([load('cache.ts'), load('switches.ts')])
  return { createCache, createSwitches, loadScripts }
}
