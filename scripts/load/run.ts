/** Runs a program in the foreground: its input, output and signals are ours. */
import { type SpawnOptions, spawn } from 'node:child_process'
import { constants } from 'node:os'

/** Resolves with the exit code; for a program that a signal ended, with 128 + its number, as a shell does. */
export function run(file: string, args: string[], options: SpawnOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { ...options, stdio: 'inherit' })
    const forward = (signal: NodeJS.Signals) => {
      // A terminal's Ctrl-C reaches the program by itself. k6 takes a second one as "stop without a summary".
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      child.kill(signal)
    }
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    for (const signal of signals) process.on(signal, forward)
    const settle = (done: () => void) => {
      for (const signal of signals) process.off(signal, forward)
      done()
    }
    child.once('error', (error) => settle(() => reject(error)))
    child.once('exit', (code, signal) => {
      settle(() => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
    })
  })
}
