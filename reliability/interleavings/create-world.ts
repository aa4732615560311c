/** Makes the world of one run, and keeps the book of what was acknowledged and of leases. */
import type { Switches } from '../../src/cache/switches.ts'
import type { Engine } from './engine.ts'
import { startInstance } from './instance.ts'
import type { Program } from './program.ts'
import { createRows, type Floor, raise, SourceError, type Value } from './rows.ts'
import { createScheduler } from './scheduler.ts'
import type { Argument, Server } from './server.ts'
import { scriptOf } from './words.ts'
import type { Instance, Violation, World } from './world.ts'

const emptyFloor = (rows: Program['rows']): Floor => ({ row: rows.map((version) => version ?? 0), tag: [0, 0], all: 0 })
const copy = ({ row, tag, all }: Floor): Floor => ({ row: [...row], tag: [...tag], all })

export function createWorld(
  program: Program,
  {
    engine,
    server,
    clock,
    switches,
  }: { engine: Engine; server: Server; clock: { now(): number }; switches: Switches | undefined },
): World {
  const scheduler = createScheduler()
  const rows = createRows(program)
  const floors = new Map<Instance, Floor>()
  const failing = new Set<number>()
  const hanging = new Set<number>()
  const acknowledged = emptyFloor(program.rows)
  const violations: Violation[] = []
  const held = new Map<string, string>()
  const grants = new Map<string, number>()
  let randomAt = 0
  let started = 0
  let isDisturbed = false
  let isCalm = true
  let isHorizonKept = true
  const begun = new Set<string>()
  const violate = (invariant: string, detail: string) => void violations.push({ invariant, detail })

  const world: World = {
    engine,
    server,
    scheduler,
    choices: program.cache,
    switches,
    rows,
    clock,
    redisTime: () => {
      const ms = clock.now()
      return [String(Math.floor(ms / 1_000)), String(Math.round((ms % 1_000) * 1_000))]
    },
    info: Buffer.from('run_id:0000000000000000000000000000000000000001\r\n'),
    random: () => program.random[randomAt++ % Math.max(1, program.random.length)] ?? 0,
    tagName: (tag) => `tag${tag}`,
    instances: [],
    executed: (command, { changed, published, reply }) => {
      for (const instance of world.instances) instance.hear(changed, published)
      watchLeases(command.by, scriptOf(command.name, command.args), command.args, reply)
    },
    load: (name, key, lane) => {
      const { promise, resolve, reject } = Promise.withResolvers<Value | null>()
      const id = `${name} k${key}`
      const left = grants.get(id) ?? 0
      if (left === 0 && !isDisturbed) violate('one load per lease', `${name} loads key ${key} without a lease`)
      grants.set(id, left - 1)
      lane.add(
        () => `${name} reads row ${key} for its load: version ${rows.now.row[key]}`,
        () => {
          const value = rows.read(key)
          const fails = failing.delete(key)
          if (hanging.delete(key)) return
          lane.add(
            () => `${name} has loaded key ${key}: ${fails ? 'failed' : (value?.row ?? 'nothing')}`,
            () => (fails ? reject(new SourceError()) : resolve(value)),
          )
        },
      )
      return promise
    },
    restart: (index, lost) => {
      started++
      world.instances[index]?.kill(lost)
      const instance = startInstance(world, 'ABC'[index] ?? '?', index === 1 ? 1 : 0)
      world.instances[index] = instance
      floors.set(instance, copy(acknowledged))
      return instance
    },
    failLoad: (key, hangs) => void (hangs ? hanging : failing).add(key),
    acknowledge: (by, change, byMessage) => {
      raise(acknowledged, change)
      for (const instance of world.instances) {
        const floor = floors.get(instance) as Floor
        if (instance === by || !byMessage) raise(floor, change)
        else instance.afterNews(() => raise(floor, change))
      }
    },
    floorOf: (instance) => copy(floors.get(instance) ?? acknowledged),
    acknowledged,
    violate,
    violations,
    disturb: () => {
      isDisturbed = true
    },
    upset: () => {
      isCalm = false
    },
    isCalm: () => isCalm,
    isHorizonKept: () => isHorizonKept,
    breakHorizon: () => {
      isHorizonKept = false
    },
    committed: [],
    hasBegun: (instance, key) => begun.has(`${instance} ${key}`),
    started: () => started,
    leases: {
      ended: (key) => {
        if (key === undefined) return held.clear()
        for (const name of held.keys()) if (name.endsWith(`{k${key}}`)) held.delete(name)
      },
    },
  }
  return world

  function watchLeases(by: string, script: string | undefined, args: readonly Argument[], reply: unknown): void {
    if (!script) return
    const keys = args.slice(2, 2 + Number(args[1])).map(String)
    if (script === 'acquire') {
      if (reply !== 1) return
      const [, lease = ''] = keys
      const token = String(args[4])
      const holder = held.get(lease)
      if (holder && holder !== token && !isDisturbed) violate('one lease', `${lease} was given to a second holder`)
      held.set(lease, token)
      const id = `${by.split('.')[0]} ${/\{(k\d)\}/.exec(lease)?.[1]}`
      grants.set(id, (grants.get(id) ?? 0) + 1)
      return
    }
    if (script === 'begin-write') begun.add(`${by.split('.')[0]} ${/\{k(\d)\}/.exec(keys[0] ?? '')?.[1]}`)
    if (script === 'renew') return
    for (const name of held.keys()) {
      const entry = /\{k\d\}/.exec(name)?.[0] ?? ''
      if (
        keys.some((key) => key.includes(entry)) &&
        (script !== 'release' || reply === 1) &&
        (script !== 'fill' || reply !== 0)
      ) {
        if (script !== 'begin-write') held.delete(name)
      }
    }
  }
}
