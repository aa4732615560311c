/** Bytes on a bare connection: for what no HTTP client would send. */
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  /** Of the first answer; 0: none. */
  status: number
  text: string
}

/** Sends `parts` one after the other, and resolves with all that came when the server closed the connection. */
export function raw(port: number, ...parts: (string | Buffer)[]): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', () => {}) // closed while we wrote
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString()
      resolve({ status: Number(text.match(/^HTTP\/1[.]1 (\d{3})/)?.[1] ?? 0), text })
    })
    for (const part of parts) socket.write(part)
  })
}

/** A connection that was made. */
export function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.once('error', reject)
  })
}

/** What comes next. */
export const nextData = (socket: Socket) =>
  new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(chunk.toString())))

export const closed = (socket: Socket) =>
  new Promise<void>((resolve) => {
    socket.on('error', () => {})
    socket.once('close', () => resolve())
    socket.resume()
  })
