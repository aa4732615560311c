/** Where and when passwords are hashed. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPasswords } from '../src/sessions/password/passwords.ts'
import { createSlots } from '../src/sessions/password/slots.ts'
import { createHashingThreads } from '../src/sessions/password/threads.ts'
import { passwordCost } from './support/app.ts'

/** Of a thread of this process; proc(5): field 19, counted behind the name, which may hold anything. */
const niceOf = (task: string) =>
  Number(readFileSync(`/proc/self/task/${task}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[16])

describe('hashing', () => {
  it('given more than may wait, when hashed, then the rest is OVERLOADED at once, and later there is room again', async () => {
    const slots = createSlots({ most: 1, mostWaiting: 2 })
    const gate = Promise.withResolvers<void>()
    const runs = Array.from({ length: 5 }, () => slots.run(() => gate.promise))
    const outcomes = Promise.allSettled(runs)
    await expect(runs[3]).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE', reason: 'OVERLOADED' })
    gate.resolve()
    expect((await outcomes).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
    ])
    expect(await slots.run(async () => 'room')).toBe('room')
  })

  it('given nobody leaves, when waited for longer than the deadline, then OVERLOADED', async () => {
    const slots = createSlots({ most: 1, deadlineMs: 20 })
    const gate = Promise.withResolvers<void>()
    const first = slots.run(() => gate.promise)
    await expect(slots.run(async () => 'late')).rejects.toMatchObject({ reason: 'OVERLOADED' })
    gate.resolve()
    await first
  })

  it.runIf(process.platform === 'linux')(
    'given a password that is hashed, when its thread is looked at, then all else of the machine comes before it',
    async () => {
      const threads = createHashingThreads(1)
      onTestFinished(threads.close)
      const passwords = createPasswords({ cost: passwordCost, derive: threads.derive })
      expect(await passwords.verify('right', await passwords.hash('right'))).toBe(true)
      const lowest = readdirSync('/proc/self/task').filter((task) => niceOf(task) === 19)
      expect(lowest).toHaveLength(1)
      expect(niceOf(String(process.pid))).toBe(0)
    },
  )

  it.each(['', 'plain', '$argon2id$v=19$m=99999999,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaGhhc2g', '$2b$10$abc'])(
    'given %j in place of a hash, when verified, then false',
    async (stored) => {
      expect(await createPasswords({ cost: passwordCost }).verify('x', stored)).toBe(false)
    },
  )
})
