import { describe, expect, it } from 'vitest'
import { run } from './run.ts'

const node = (code: string) => run(process.execPath, ['-e', code])

describe('running a program in the foreground', () => {
  it('given a program that fails with 99, when it ends, then 99 is what comes back', async () => {
    expect(await node('process.exit(99)')).toBe(99)
  })

  it('given a program that a signal ends, when it ends, then the code is 128 + the number of the signal', async () => {
    expect(await node('process.kill(process.pid, "SIGKILL")')).toBe(137)
  })

  it('given a signal to us, when a program runs, then the program gets it', async () => {
    const ended = node(
      'process.on("SIGHUP", () => process.exit(7)); process.kill(process.ppid, "SIGHUP"); setInterval(() => {}, 1000)',
    )
    expect(await ended).toBe(7)
  })

  it('given a program that is not there, when run, then it rejects', async () => {
    await expect(run('/no/such/program', [])).rejects.toThrow('ENOENT')
  })

  it('given a program that has ended, when another is run, then no listener is left behind', async () => {
    const before = process.listenerCount('SIGTERM')
    await node('')
    expect(process.listenerCount('SIGTERM')).toBe(before)
  })
})
