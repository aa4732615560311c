/**
 * Sends every command of the engine, with a time limit that one timer keeps for all of them. (ioredis' `commandTimeout`
 * sets and clears a timer for each command, a large part of the cost of a GET.) The limit counts ticks of that timer and
 * not time: a process that was paused reads the replies that have arrived meanwhile before it rejects a command.
 */
import { CommandTimeoutError, RedisUnavailableError } from '../errors.ts'
import type { RedisClient } from './client.ts'

export type Argument = string | number | Buffer

/**
 * Sends a command. Texts in its reply are Buffers. Rejects with Redis' error, with the connection's error, or with
 * CommandTimeoutError: Redis may execute the command all the same. Rejects at once while there is no connection,
 * whatever the client does by itself: a command in its offline queue would be executed long after its caller has gone.
 */
export type Send = <Reply>(name: string, ...args: Argument[]) => Promise<Reply>

/** A command times out after `timeoutMs`, and at most this fraction of it later. */
const ticksPerTimeout = 4

/** What the engine uses of ioredis' Command. */
export interface Command {
  promise: Promise<unknown>
  reject(error: Error): void
  resolve(reply: unknown): void
  /** Missing in ioredis 5. */
  isSettled?: boolean
}

type CommandClass = new (name: string, args: Argument[], options: { replyEncoding: null }) => Command

export function createSend(client: RedisClient, timeoutMs: number): Send {
  const Command = commandClassOf(client)
  const isTracked = 'isSettled' in new Command('ping', [], { replyEncoding: null })
  // In the order in which they were sent, which is the order of their time limits. Starts at index `first`.
  let waiting: { command: Command; sentAt: number }[] = []
  let first = 0
  let now = 0
  let timer: NodeJS.Timeout | undefined

  /** Drops settled commands, so that no reply is kept in memory longer than its caller keeps it. */
  const trim = () => {
    while (waiting[first]?.command.isSettled) first++
    if (first === waiting.length) waiting.length = first = 0
    if (first >= 100) {
      waiting = waiting.slice(first)
      first = 0
    }
  }
  const tick = () => {
    now++
    trim()
    for (const { command, sentAt } of waiting.slice(first)) {
      if (sentAt + ticksPerTimeout >= now) return
      if (!command.isSettled) command.reject(new CommandTimeoutError(timeoutMs))
    }
    if (waiting.length > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return <Reply>(name: string, ...args: Argument[]) => {
    // `wait`: the first command connects a client with `lazyConnect`.
    if (client.status !== 'ready' && client.status !== 'wait') return Promise.reject(new RedisUnavailableError())
    const command = new Command(name, args, { replyEncoding: null })
    if (!isTracked) trackSettled(command)
    trim()
    waiting.push({ command, sentAt: now })
    timer ??= setInterval(tick, timeoutMs / ticksPerTimeout).unref()
    client.sendCommand(command as never)
    return command.promise as Promise<Reply>
  }
}

/**
 * The Command class of the client's own ioredis: the one that `callBuffer` hands to `sendCommand`. (A Command of another
 * major version lacks what the client calls on it.) Commands are made here and not by `callBuffer`, because the timer
 * has to reject them, and because `callBuffer` applies the client's keyPrefix and auto-pipelining.
 */
function commandClassOf(client: RedisClient): CommandClass {
  let command: object | undefined
  const stub: RedisClient = Object.create(client, {
    options: { value: {} },
    sendCommand: {
      value: (sent: object) => {
        command = sent
      },
    },
  })
  void stub.callBuffer('ping')
  if (!command)
    throw new TypeError('redis.client: callBuffer does not use sendCommand: pass a client of ioredis 5 or 6.')
  return command.constructor as CommandClass
}

function trackSettled(command: Command): void {
  for (const method of ['resolve', 'reject'] as const) {
    const settle: (result: never) => void = command[method].bind(command)
    command[method] = (result: unknown) => {
      command.isSettled = true
      settle(result as never)
    }
  }
}
