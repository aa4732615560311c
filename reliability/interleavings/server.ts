/**
 * The real Redis under a search. Commands run one at a time, and each answer comes with all that Redis has to say about
 * it: the changed keys (client-side tracking) and the published messages. The scheduler decides when each instance hears
 * of them.
 */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'ioredis'
import { Decoder } from 'ioredis/built/resp/decoder.js'
import { findRedis, redisHelp, startRedis } from '../../scripts/stack/redis.ts'

export type Argument = string | number | Buffer

export interface Executed {
  /** Texts are Buffers. */
  reply: unknown
  error: Error | undefined
  /** Keys that changed, expired or were evicted; 'all' after a flush. */
  changed: string[] | 'all'
  published: { channel: string; message: string }[]
}

export interface Server {
  execute(name: string, args: readonly Argument[]): Promise<Executed>
  /** For looking, by the search itself: nobody is told of what it changes. */
  look<Reply>(name: string, ...args: Argument[]): Promise<Reply>
  stop(): Promise<void>
}

/** All keys of a search begin with this. */
export const prefix = 'x'

/** Starts a Redis of its own on a Unix socket. */
export async function startServer(): Promise<Server> {
  const binary = findRedis()
  if (!binary) throw new Error(`The search needs Redis. ${redisHelp}`)
  const folder = mkdtempSync(join(tmpdir(), 'interleavings-'))
  const path = join(folder, 'redis.sock')
  const directives = ['--unixsocket', path, '--save', '', '--appendonly', 'no', '--maxmemory', '0']
  const local = await startRedis(binary, folder, { directives })
  const { send, close } = await connect(path)
  await send('HELLO', ['3'])
  await send('CLIENT', ['TRACKING', 'ON', 'BCAST', 'PREFIX', `${prefix}:`])
  await send('PSUBSCRIBE', [`${prefix}:*`])
  return {
    execute: send,
    look: async (name, ...args) => {
      const { reply, error } = await send(name, args)
      if (error) throw error
      return texts(reply) as never
    },
    stop: async () => {
      close()
      await local.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * One RESP3 connection for commands, tracking and messages, one command at a time. Redis writes all that a command
 * leads to together with its reply, so one read of the socket has it all. What comes without a command (on a slow machine
 * a key may expire by itself) is told with the next one.
 */
async function connect(path: string) {
  const socket = createSocket(path)
  await once(socket, 'connect')
  let answer: Executed | undefined
  let heard: Pick<Executed, 'changed' | 'published'> = { changed: [], published: [] }
  let isAnswered = false
  let answered = () => {}
  const settle = (reply: unknown, error: Error | undefined) => {
    if (!answer) throw new Error('A reply to nothing.')
    Object.assign(answer, { reply, error })
    isAnswered = true
  }
  const decoder = new Decoder({
    getTypeMapping: () => ({ 36: Buffer }),
    onReply: (reply: unknown) => settle(reply, undefined),
    onErrorReply: (error: Error) => settle(undefined, error),
    onPush: (push: unknown[]) => {
      const [kind, first, second, third] = push
      if (String(kind) === 'psubscribe') return settle(null, undefined)
      if (String(kind) === 'invalidate') {
        if (first === null) heard.changed = 'all'
        else if (heard.changed !== 'all') heard.changed.push(...(first as Buffer[]).map(String))
      } else if (String(kind) === 'pmessage') {
        heard.published.push({ channel: String(second), message: String(third) })
      }
    },
  })
  socket.on('data', (data: Buffer) => {
    decoder.write(data)
    if (isAnswered) answered()
  })
  const send = async (name: string, args: readonly Argument[]): Promise<Executed> => {
    const mine: Executed = { reply: undefined, error: undefined, changed: [], published: [] }
    answer = mine
    isAnswered = false
    const done = new Promise<void>((resolve) => {
      answered = resolve
    })
    socket.write(new Command(name, [...args]).toWritable({}))
    await done
    answer = undefined
    Object.assign(mine, heard)
    heard = { changed: [], published: [] }
    return mine
  }
  return { send, close: () => socket.destroy() }
}

function texts(reply: unknown): unknown {
  return Buffer.isBuffer(reply) ? String(reply) : Array.isArray(reply) ? reply.map(texts) : reply
}
