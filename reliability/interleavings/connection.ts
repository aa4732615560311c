/**
 * A connection of one instance, as the engine sees an ioredis client, with the network in the scheduler's hands: what
 * is sent waits until it reaches Redis, what comes back waits until it arrives. Both keep their order.
 */
import { EventEmitter } from 'node:events'
import { Command as IoredisCommand } from 'ioredis'
import type { Lane, Scheduler } from './scheduler.ts'
import type { Argument, Server } from './server.ts'
import { commandInWords } from './words.ts'

interface Command {
  name: string
  args: readonly Argument[]
  resolve(reply: unknown): void
  reject(error: Error): void
}

/** Answers a command that concerns the connection itself. Returns undefined for a command that the real Redis must run. */
export type Own = (name: string, args: readonly string[]) => { reply: unknown } | undefined

export interface FakeConnection {
  /** For the engine: the part of an ioredis client that it uses. */
  client: EventEmitter
  /** Redis' end is open. */
  isOpen(): boolean
  /** The engine has been told that it is open. */
  isReady(): boolean
  /** Something from Redis for this connection, in the order of its replies. */
  receive(words: () => string, deliver: () => void): void
  /** Redis' end is closed; the engine hears of it later, and later still it is connected again. */
  cut(lost: boolean): void
  /** The process is gone: nothing is delivered any more. */
  kill(lost: boolean): void
}

export interface ConnectionDeps {
  name: string
  server: Server
  scheduler: Scheduler
  own: Own
  /** Called for each command that the real Redis has run. */
  executed(
    command: { by: string; name: string; args: readonly Argument[] },
    answer: Awaited<ReturnType<Server['execute']>>,
  ): void
  /** Redis has forgotten the connection. */
  forgotten(): void
}

const closed = () => new Error('Connection is closed.')

export function createConnection({
  name,
  server,
  scheduler,
  own,
  executed,
  forgotten,
}: ConnectionDeps): FakeConnection {
  const emitter = new EventEmitter()
  emitter.setMaxListeners(50)
  let sending: Lane = scheduler.lane()
  let receiving: Lane = scheduler.lane()
  let outstanding = new Set<Command>()
  let open = true
  let status = 'ready'
  let alive = true

  const send = (command: Command) => {
    if (status !== 'ready') return command.reject(closed())
    outstanding.add(command)
    if (!open) return // into a socket that nobody reads any more: rejected when it is found closed
    const [toRedis, back, mine] = [sending, receiving, outstanding]
    toRedis.add(
      () => `${name} → Redis: ${commandInWords(command.name, command.args)}`,
      async () => {
        const special = own(command.name, command.args.map(String))
        const answer = special
          ? { reply: special.reply, error: undefined, changed: [], published: [] }
          : await server.execute(command.name, command.args)
        if (!special) executed({ by: name, name: command.name, args: command.args }, answer)
        if (!open || back !== receiving) return
        back.add(
          () => `${name} ← Redis: ${inWords(answer.error ?? answer.reply)}`,
          () => {
            mine.delete(command)
            if (answer.error) command.reject(answer.error)
            else command.resolve(answer.reply)
          },
        )
      },
    )
  }
  const call = (commandName: string, ...args: Argument[]) =>
    new Promise((resolve, reject) => send({ name: commandName.toLowerCase(), args, resolve, reject }))

  /** Steps that wait on their way to Redis: they are lost, or still arrive, though nobody waits for the answer. */
  const close = (lost: boolean) => {
    open = false
    if (lost) sending.drain()
    sending = scheduler.lane()
    forgotten()
  }

  const client = Object.assign(emitter, {
    isCluster: false,
    options: {},
    sendCommand: (command: Command) => {
      send(command)
      return (command as unknown as { promise: Promise<unknown> }).promise
    },
    call,
    callBuffer(this: { sendCommand(command: object): unknown }, commandName: string, ...args: Argument[]) {
      const command = new IoredisCommand(commandName, args, { replyEncoding: null })
      this.sendCommand(command)
      return command.promise
    },
    duplicate: () => {
      throw new Error('All connections are given.')
    },
    disconnect: () => {},
    script: async () => 'loaded', // they are there: see engine.ts
    client: (...args: string[]) => call('client', ...args),
    subscribe: (...channels: string[]) => call('subscribe', ...channels),
    unsubscribe: (...channels: string[]) => call('unsubscribe', ...channels),
    ping: () => call('ping'),
  })
  Object.defineProperty(client, 'status', { get: () => status, enumerable: true })

  const reconnect = () => {
    scheduler.lane().add(
      () => `${name} is connected again`,
      () => {
        if (!alive) return
        open = true
        status = 'ready'
        receiving = scheduler.lane()
        outstanding = new Set()
        emitter.emit('ready')
      },
    )
  }

  return {
    client,
    isOpen: () => open,
    isReady: () => status === 'ready',
    receive: (words, deliver) => receiving.add(words, deliver),
    cut: (lost) => {
      if (!open || !alive) return
      close(lost)
      receiving.add(
        () => `${name} is found closed`,
        () => {
          if (!alive) return
          status = 'reconnecting'
          emitter.emit('close')
          for (const command of outstanding) command.reject(closed())
          outstanding.clear()
          reconnect()
        },
      )
    },
    kill: (lost) => {
      alive = false
      status = 'end'
      if (open) close(lost)
      receiving.drain()
    },
  }
}

function inWords(reply: unknown): string {
  if (reply instanceof Error) return `error: ${reply.message.slice(0, 60)}`
  if (Buffer.isBuffer(reply))
    return reply.length < 24 && reply.every((byte) => byte >= 32) ? `"${reply}"` : `${reply.length} bytes`
  if (Array.isArray(reply)) return `[${reply.map(inWords).join(', ')}]`
  return reply === null ? 'nothing' : String(reply)
}
