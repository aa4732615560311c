/** What every command-line script shares: its arguments, the databases, an end by signal, one readable line for an error. */
import { parseArgs } from 'node:util'
import { terminationSignal } from '../src/main.ts'
import { readGiven } from './given.ts'
import { joinStack } from './stack/stack.ts'

export interface ScriptContext {
  databaseUrl: string
  redisUrl: string
  say(line: string): void
}

type Options = Record<string, { type: 'string' | 'boolean' }>

/** The command line's arguments. Throws for options that `options` does not name. */
export function readArgs<const O extends Options>(options: O) {
  return parseArgs({ options, allowPositionals: true })
}

/**
 * Runs a script and ends the process. `read` comes first and turns the arguments into what `work` needs: a wrong one
 * is told before anything is started. `work` gets the databases of a running instance, or those given by URL, or a
 * local stack of its own.
 */
export async function runScript<Input>(
  read: () => Input | Promise<Input>,
  work: (context: ScriptContext, input: Input) => Promise<void>,
): Promise<never> {
  const say = (line: string) => console.error(line)
  const interrupted = terminationSignal().then((signal) =>
    Promise.reject(new Error(`Ended by ${signal}. What was done stays; running it again does the rest.`)),
  )
  interrupted.catch(() => {}) // it may come when nobody waits for it any more
  try {
    const input = await read()
    const { config, given } = readGiven(process.env)
    const stack = await joinStack(config.DATA_DIR, given, say)
    try {
      await Promise.race([work({ ...stack, say }, input), interrupted])
    } finally {
      await stack.stop()
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
  process.exit()
}
