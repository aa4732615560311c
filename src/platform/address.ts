/** Where a request comes from, and as what limits are counted by. */
import type { IncomingMessage } from 'node:http'
import { isIP, isIPv4, type Socket } from 'node:net'
import proxyAddress from 'proxy-addr'

export interface Origin {
  address: string
  /** The part of it that one caller has. */
  network: string
}

/** `proxies`: how many stand before this process, and tell in `X-Forwarded-For` for whom they ask. */
export function createOriginOf(proxies: number): (request: IncomingMessage) => Origin {
  const told = (_address: string, hop: number) => hop < proxies
  const origin = Symbol('origin')
  return (request) => {
    if (proxies > 0) return originAt(proxyAddress(request, told))
    const socket: Socket & { [origin]?: Origin } = request.socket
    socket[origin] ??= originAt(socket.remoteAddress)
    return socket[origin]
  }
}

const originAt = (address = ''): Origin => ({ address, network: networkOf(address) })

/**
 * The part of an address that one caller has: an IPv4 address, or the /64 of an IPv6 address, of which everybody gets
 * 2^64 to change between. What is no address (a proxy may be told to forward anything) is all one.
 */
export function networkOf(address: string | undefined): string {
  if (!address) return 'unknown'
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
  if (isIPv4(plain)) return plain
  if (isIP(plain) === 0) return 'unknown'
  const [head = '', tail] = plain.replace(/%.*$/, '').split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const after = tail === '' ? 0 : tail.split(':').length + (tail.includes('.') ? 1 : 0)
    const zeros = 8 - groups.length - after
    groups.push(...Array<string>(zeros).fill('0'), ...tail.split(':'))
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
