/** Commands of the engine, for a person. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Argument, prefix } from './server.ts'

const scriptNames = new Map<string, string>()

/** The engine's scripts: digest → text. Their names are then used in words. */
export function readScripts(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.lua'))
  const common = ['shared.lua', 'tags.lua'].filter((file) => files.includes(file))
  const shared = common.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n')
  return files
    .filter((file) => !common.includes(file))
    .map((file) => {
      const lua = `${shared}\n${readFileSync(join(folder, file), 'utf8')}`
      scriptNames.set(createHash('sha1').update(lua).digest('hex'), file.replace('.lua', ''))
      return lua
    })
}

/** The name of the script that a command runs; undefined: it runs none. */
export function scriptOf(name: string, args: readonly Argument[]): string | undefined {
  if (name === 'evalsha') return scriptNames.get(String(args[0]))
  return name === 'eval' ? scriptNames.get(createHash('sha1').update(String(args[0])).digest('hex')) : undefined
}

export function commandInWords(name: string, args: readonly Argument[]): string {
  const script = scriptOf(name, args)
  const [parts, shown] = script ? [args.slice(2), script] : [args, name.toUpperCase()]
  return [shown, ...parts.map(argumentInWords)].join(' ').trim()
}

function argumentInWords(argument: Argument): string {
  if (Buffer.isBuffer(argument)) return `<${argument.length} bytes>`
  const text = String(argument)
  if (/^[0-9a-f]{40}$/.test(text)) return '<digest>'
  const token = /^[0-9a-f-]{13}\.(\d+)$/.exec(text)
  if (token) return `token-${token[1]}`
  return text.startsWith(`${prefix}:`) ? text.slice(prefix.length + 1) : text === '' ? "''" : text
}
