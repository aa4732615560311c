import type { Command } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { CommandTimeoutError } from '../errors.ts'
import { createSend } from './send.ts'

/** A server that answers when the test does. */
function server() {
  const commands: Command[] = []
  const client = { sendCommand: (command: Command) => void commands.push(command) }
  return { commands, send: createSend(client as never, 100) }
}

describe('the time limit of commands', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('given commands without an answer, when their time is over, then each is rejected, and not before', async () => {
    const { send } = server()
    const settled: string[] = []
    const watch = (name: string) => send(name).catch((error) => settled.push(`${name}: ${error.name}`))
    void watch('get')
    await vi.advanceTimersByTimeAsync(60)
    void watch('pttl')
    await vi.advanceTimersByTimeAsync(39)
    expect(settled).toEqual([])
    await vi.advanceTimersByTimeAsync(26)
    expect(settled).toEqual(['get: CommandTimeoutError'])
    await vi.advanceTimersByTimeAsync(60)
    expect(settled).toEqual(['get: CommandTimeoutError', 'pttl: CommandTimeoutError'])
  })

  it('given an answer that comes too late, when it comes, then nothing changes', async () => {
    const { send, commands } = server()
    const answer = expect(send('get')).rejects.toThrow(CommandTimeoutError)
    await vi.advanceTimersByTimeAsync(125)
    commands[0]?.resolve(Buffer.from('late'))
    await answer
  })

  it('given a process that stood still for a minute, when it goes on, then the answers that wait for it count', async () => {
    const { send, commands } = server()
    const answer = send('get')
    vi.setSystemTime(Date.now() + 60_000)
    await vi.advanceTimersToNextTimerAsync() // one tick, however long it took
    commands[0]?.resolve(Buffer.from('in time'))
    expect(await answer).toEqual(Buffer.from('in time'))
  })

  it('given many commands, when all are answered, then nothing is kept, and no timer runs on', async () => {
    const { send, commands } = server()
    for (let turn = 0; turn < 300; turn++) {
      const answer = send('get')
      commands[turn]?.resolve(null)
      await answer
    }
    await vi.advanceTimersByTimeAsync(1_000)
    expect(vi.getTimerCount()).toBe(0)
  })
})
