/** Runs a program to its end; rejects with what it printed when it fails. */
import { type ExecFileOptions, execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

export function exec(file: string, args: string[], options: ExecFileOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { ...options, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      const output = `${stdout}${stderr}`.trim()
      reject(new Error(`${file} ${args[0] ?? ''} failed: ${output || error.message}`, { cause: error }))
    }).stdin?.end()
  })
}

/** Whether the process `pid` exists and is not a `name`. When that can't be told, false. */
export async function isSomebodyElse(pid: number, name: string): Promise<boolean> {
  const command = existsSync('/proc/self/comm')
    ? await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
    : await exec('ps', ['-p', String(pid), '-o', 'comm=']).catch(() => '')
  return command !== '' && !command.includes(name)
}
