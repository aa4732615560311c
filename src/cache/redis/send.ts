/**
 * How every command of the engine gets to Redis: with a time limit, which one timer keeps for all of them. (ioredis'
 * own commandTimeout sets and clears a timer for each command, a good part of what a GET costs.) It counts ticks of
 * that timer, not time: a process that stood still reads the answers that have come meanwhile before it takes Redis
 * for silent.
 */
import { type Cluster, Command, type Redis } from 'ioredis'
import { CommandTimeoutError } from '../errors.ts'

export type RedisClient = Redis | Cluster

export type Argument = string | number | Buffer

/**
 * Sends a command; texts in its reply are Buffers. Rejects with Redis' error, with the connection's, or, once the time
 * is over, with CommandTimeoutError: Redis may carry it out all the same.
 */
export type Send = <Reply>(name: string, ...args: Argument[]) => Promise<Reply>

/** A limit is kept to this part of itself: it may take that much longer. */
const ticks = 4

export function createSend(client: RedisClient, timeoutMs: number): Send {
  // In the order in which they were sent, and so of their ends, from `first` on.
  let waiting: { command: Command; sentAt: number }[] = []
  let first = 0
  let now = 0
  let timer: NodeJS.Timeout | undefined

  /** Lets go of what is settled: an answer is not to be kept here when everybody else has forgotten it. */
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
      if (sentAt + ticks >= now) return
      if (!command.isSettled) command.reject(new CommandTimeoutError(timeoutMs))
    }
    if (waiting.length > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return (name, ...args) => {
    const command = new Command(name, args, { replyEncoding: null })
    trim()
    waiting.push({ command, sentAt: now })
    timer ??= setInterval(tick, timeoutMs / ticks).unref()
    client.sendCommand(command)
    return command.promise
  }
}
