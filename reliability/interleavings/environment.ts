/** Faults of Redis, of the network and of processes, and the passing of time. */

import type { Operation } from './program.ts'
import { prefix } from './server.ts'
import type { Clock } from './time.ts'
import type { World } from './world.ts'

/** Lets `ms` pass in Redis, which has no clock that could be set: each TTL, and each note of a write, is shortened. */
const pass = `for _, key in ipairs(redis.call('KEYS', ARGV[1] .. ':*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[2]) end
  if string.sub(key, 1, #ARGV[1] + 3) == ARGV[1] .. ':p:' and redis.call('EXISTS', key) == 1 then
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -ARGV[2], member) end
  end
end`

const leaseMs = 2_000

export interface Environment {
  inflict(operation: Operation): Promise<string> | string
  pass(ms: number): Promise<void>
}

export function createEnvironment(world: World, clock: Clock): Environment {
  const { server } = world
  /** As Redis itself would: its own doing is heard by all. */
  const command = async (name: string, ...args: string[]) => {
    const answer = await server.execute(name, args)
    if (answer.error) throw answer.error
    world.executed({ by: 'Redis', name, args }, answer)
    return answer.reply
  }
  const passTime = async (ms: number) => {
    await command('eval', pass, '0', prefix, String(ms))
    if (ms >= leaseMs / 4) world.leases.ended()
    await clock.pass(ms)
  }
  const inflict = async (operation: Operation): Promise<string> => {
    world.upset()
    if (!['restart', 'failLoad', 'forgetScripts'].includes(operation.do)) world.breakHorizon()
    switch (operation.do) {
      case 'failLoad':
        world.failLoad(operation.key, operation.hangs)
        return `the next load of key ${operation.key} will ${operation.hangs ? 'not answer' : 'fail'}`
      case 'evict': {
        const letter = { value: 'v', lease: 'l', pending: 'p' }[operation.what]
        if (operation.what === 'lease') world.leases.ended(operation.key)
        const names = (await server.look<string[]>('keys', `${prefix}:${letter}*{k${operation.key}}`)).sort()
        for (const name of names) await command('pexpire', name, '-1')
        return `Redis drops the ${operation.what} of key ${operation.key}${names.length === 0 ? ' (there is none)' : ''}`
      }
      case 'evictControl': {
        const names = (await server.look<string[]>('keys', `${prefix}:*`))
          .filter((name) => !/\{k\d\}/.test(name))
          .sort()
        const all = operation.which === 5
        const evicted = all ? names : names.slice(operation.which % Math.max(1, names.length)).slice(0, 1)
        for (const name of evicted) await command('pexpire', name, '-1')
        return `Redis evicts ${evicted.join(', ') || 'nothing'}`
      }
      case 'disconnect': {
        const instance = world.instances[operation.at % world.instances.length]
        world.disturb()
        instance?.connections[operation.connection].cut(operation.lost)
        return `the connection ${instance?.name}.${operation.connection} breaks`
      }
      case 'restart': {
        const index = operation.at % world.instances.length
        world.disturb()
        const { name } = world.restart(index, operation.lost)
        return `process ${name} is killed and started again`
      }
      case 'pass':
        world.disturb()
        await passTime(operation.ms)
        return `${operation.ms} ms pass`
      case 'forgetScripts':
        await command('script', 'FLUSH')
        return 'Redis forgets the scripts'
      case 'flush':
        world.leases.ended()
        await command('flushdb')
        return 'somebody empties Redis'
      default:
        throw new TypeError(`${operation.do} is none of this file's.`)
    }
  }
  return { inflict, pass: passTime }
}
