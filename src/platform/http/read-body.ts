/** A request's body as text, up to a limit. */
import type { IncomingMessage } from 'node:http'
import { TRPCError } from '@trpc/server'

/**
 * The text, or the error that reading the input is to end with; undefined: the client has left. Never rejects. Above
 * `maxBytes` it stops listening, and Node throws away what is still sent once there is an answer.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string | TRPCError | undefined> {
  if (Number(request.headers['content-length']) > maxBytes) return Promise.resolve(tooLarge())
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const end = (outcome?: string | TRPCError) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose)
      resolve(outcome)
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) return end(tooLarge())
      chunks.push(chunk)
    }
    const onEnd = () => end(utf8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)))
    const onClose = () => end()
    request.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}

/** Drops a byte order mark, and puts U+FFFD for what is not UTF-8. */
const utf8 = new TextDecoder()

const tooLarge = () => new TRPCError({ code: 'PAYLOAD_TOO_LARGE' })
