import { Redis, type RedisOptions } from 'ioredis'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { CommandTimeoutError, RedisUnavailableError } from '../errors.ts'
import { type Command, createSend } from './send.ts'

/** A client that sends nothing: the test settles its commands. */
function server(options: RedisOptions = {}) {
  const commands: (Command & { args: unknown[] })[] = []
  const client = new Redis({ ...options, lazyConnect: true })
  vi.spyOn(client, 'sendCommand').mockImplementation((command) => commands.push(command as never))
  return { client, commands, send: createSend(client, 100) }
}

describe('the time limit of commands', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('given commands without a reply, when their time limit is over, then each is rejected, and not before', async () => {
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

  it('given a reply that arrives after the time limit, when it arrives, then the command stays rejected', async () => {
    const { send, commands } = server()
    const answer = expect(send('get')).rejects.toThrow(CommandTimeoutError)
    await vi.advanceTimersByTimeAsync(125)
    commands[0]?.resolve(Buffer.from('late'))
    await answer
  })

  it('given a process that was paused for a minute, when it continues, then replies that have arrived are not timed out', async () => {
    const { send, commands } = server()
    const answer = send('get')
    vi.setSystemTime(Date.now() + 60_000)
    await vi.advanceTimersToNextTimerAsync() // one tick, however long it took
    commands[0]?.resolve(Buffer.from('in time'))
    expect(await answer).toEqual(Buffer.from('in time'))
  })

  it('given many commands, when all have a reply, then no timer is left', async () => {
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

/** A command of ioredis 5, which does not tell whether it is settled. */
class OldCommand {
  promise: Promise<unknown>
  resolve: (reply: unknown) => void
  reject: (error: Error) => void
  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.promise = promise
    this.resolve = resolve
    this.reject = reject
  }
}

describe('the client of an application', () => {
  it('given ioredis 5, when commands are resolved, rejected or time out, then none is kept', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const commands: OldCommand[] = []
    const client = {
      status: 'ready',
      sendCommand: (command: OldCommand) => commands.push(command),
      callBuffer() {
        this.sendCommand(new OldCommand())
      },
    }
    const send = createSend(client as never, 100)
    const results = Promise.allSettled([send('get'), send('get'), send('get')])
    commands[0]?.resolve('reply')
    commands[1]?.reject(new Error('refused'))
    await vi.advanceTimersByTimeAsync(200)
    expect((await results).map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(vi.getTimerCount()).toBe(0) // the timer runs as long as there is a command that is not settled
  })

  it('given no connection, when a command is sent, then it is rejected at once and never queued', async () => {
    const { client, commands, send } = server()
    client.status = 'reconnecting'
    await expect(send('set', 'a', 1)).rejects.toThrow(RedisUnavailableError)
    expect(commands).toEqual([])
  })

  it('given a keyPrefix and auto-pipelining, when a command is sent, then its key is whole and it leaves at once', () => {
    const { commands, send } = server({ keyPrefix: 'app:', enableAutoPipelining: true })
    void send('get', 'shop:v:a')
    expect(commands[0]?.args).toEqual(['shop:v:a'])
  })

  it('given no ioredis client, when it is used, then the error names what is missing', () => {
    expect(() => createSend({ callBuffer: () => {} } as never, 100)).toThrow('callBuffer does not use sendCommand')
  })
})
