/** The invariants that are checked once no step is left. */
import type { Operations } from './operations.ts'
import type { Floor, Value } from './rows.ts'
import { prefix } from './server.ts'
import type { Clock } from './time.ts'
import type { Instance, World } from './world.ts'

interface Ending {
  world: World
  operations: Operations
  /** Runs every step that waits, and what follows from it, oldest first. */
  settle(): Promise<void>
  pass(ms: number): Promise<void>
  tell(words: () => string): void
  clock: Clock
}

/** No caller may wait for longer, ms: a load's time limit, a wait's, and some rounds of retries. */
const deadlineMs = 12_000
/**
 * Readers see a committed write that began in Redis after this time, ms, even if its process died: a load that read the
 * row before the commit may take 5 s, and its fill may live for 2 s.
 */
const horizonMs = 9_500
/** Keys that may have no TTL: the state of the tags; in earlier commits, the tags' clock and the server's mark. */
const permanent = new RegExp(`^${prefix}:(tags:\\{tags\\}:|t:\\{tags\\}:clock$|server$)`)
/** Maximum number of intervals that one process keeps running. */
const intervals = 6

export async function finish({ world, operations, settle, pass, tell, clock }: Ending): Promise<void> {
  const { rows, acknowledged } = world
  await settle()
  await checkTtls(world)
  if (world.isCalm()) {
    for (const { words } of operations.pending)
      world.violate('a wait ends with the load', `${words}: it waits for time`)
  }
  await allOver()

  if (world.committed.length > 0 && world.isHorizonKept()) {
    tell(() => '— the horizon is over —')
    await pass(horizonMs)
    await settle()
    const due = rows.floorOf(world.committed)
    for (const { name, cache } of world.instances) checkNear(name, cache, due)
    for (const key of operations.keys) {
      let answer: Value | null | undefined
      world.instances[0]?.cache.get(key).then(
        (value) => {
          answer = value
        },
        () => {},
      )
      await settle()
      const fault = answer === undefined ? undefined : rows.faultOf(key, answer, due)
      if (fault) world.violate('nothing older after the horizon', `${world.instances[0]?.name} ${fault}`)
    }
  }

  // The outbox relay invalidates every change that was not acknowledged.
  const repairer = world.instances[0] as Instance
  tell(() => '— the outbox is followed, and everybody reads —')
  const repair = async (work: () => Promise<boolean>, done: () => void) => {
    for (let tries = 0; tries < 30; tries++) {
      let result: boolean | undefined
      work().then(
        (is) => {
          result = is
        },
        () => {},
      )
      await settle()
      if (result) return done()
      await pass(500)
    }
    world.violate('no wait outlives its deadline', 'an invalidation never succeeds')
  }
  for (const [key, version] of rows.now.row.entries()) {
    if ((acknowledged.row[key] ?? 0) < version) {
      await repair(
        () => repairer.cache.invalidate([key]),
        () => world.acknowledge(repairer, { row: [key, version] }, true),
      )
    }
  }
  for (const [tag, version] of rows.now.tag.entries()) {
    if ((acknowledged.tag[tag] ?? 0) < version) {
      await repair(
        () => repairer.invalidateTag(tag),
        () => world.acknowledge(repairer, { tag: [tag, version] }, true),
      )
    }
  }
  if (acknowledged.all < rows.now.all) {
    const { all } = rows.now
    await repair(
      () => repairer.cache.clear(),
      () => world.acknowledge(repairer, { all }, true),
    )
  }
  await settle()
  await readEverywhere()
  world.restart(0, true)
  await settle()
  tell(() => '— a new process reads —')
  await readEverywhere(world.instances.slice(0, 1))
  await checkTtls(world)
  checkMemory()

  /** Waits until every operation of a living process has ended. */
  async function allOver(): Promise<void> {
    const left = () => [...operations.pending].filter(({ instance }) => instance.isAlive())
    for (let passed = 0; left().length > 0 && passed < deadlineMs; passed += 500) {
      await pass(500)
      await settle()
    }
    for (const { words } of left()) world.violate('no wait outlives its deadline', `${words}: it is not over`)
  }

  /** Checks the near caches first: a read may load and fill, and then all near caches drop the entry. */
  async function readEverywhere(instances = world.instances): Promise<void> {
    // After a gap the versions of the tags are unknown, and a near cache has nothing until a read has fetched them.
    if (world.choices.near && !world.isHorizonKept()) {
      for (const at of instances.keys()) await operations.start({ do: 'get', at, key: 1 })
      await settle()
      await allOver()
    }
    for (const { name, cache } of instances) checkNear(name, cache, rows.now)
    for (const at of instances.keys()) {
      for (const key of operations.keys) {
        if (world.violations.length > 0) return
        tell(() => `* ${instances[at]?.name} reads key ${key}`)
        await operations.start({ do: 'get', at, key })
        await settle()
        await allOver()
      }
    }
  }

  function checkNear(name: string, cache: Instance['cache'], floor: Floor): void {
    for (const key of operations.keys) {
      const near = cache.peek(key)
      const fault = near === undefined ? undefined : rows.faultOf(key, near, floor)
      if (fault) world.violate('no void near entry', `${name}'s near cache ${fault}`)
    }
  }

  function checkMemory(): void {
    for (const instance of world.instances) {
      const waiting = instance.channels().filter((channel) => channel.startsWith(`${prefix}:w:`))
      if (waiting.length > 0) world.violate('memory is bounded', `${instance.name} stays subscribed to ${waiting}`)
    }
    const most = intervals * world.started()
    if (clock.timers() > most) world.violate('memory is bounded', `${clock.timers()} timers are left, not ${most}`)
  }
}

const withoutTtl = `local found = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1] .. ':*')) do
  if redis.call('PTTL', key) == -1 then found[#found + 1] = key end
end
return found`

/** Only what is documented as permanent may have no TTL. */
async function checkTtls({ server, violate }: World): Promise<void> {
  for (const name of await server.look<string[]>('eval', withoutTtl, 0, prefix)) {
    if (!permanent.test(name)) violate('no key without a TTL', `${name} stays for ever`)
  }
}
