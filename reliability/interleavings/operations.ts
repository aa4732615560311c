/** Starting one operation of a program, and holding its outcome against what is right. */
import type { Operation } from './program.ts'
import { SourceError, type Value } from './rows.ts'
import type { Instance, World } from './world.ts'

/** Errors that a caller of the cache must expect. */
const expected = new Set(['SourceError', 'LoadTimeoutError', 'WaitTimeoutError', 'OverloadedError'])

export interface Pending {
  words: string
  instance: Instance
}

export interface Operations {
  /** In words. */
  start(operation: Operation): Promise<string> | string
  /** Keys that were used so far. */
  keys: Set<number>
  /** Started and not over. */
  pending: Set<Pending>
}

export function createOperations(
  world: World,
  environment: (operation: Operation) => Promise<string> | string,
): Operations {
  const pending = new Set<Pending>()
  const used = new Set<number>()
  const keys = world.rows.now.row.map((_, key) => key)
  const instanceAt = (at: number) => world.instances[at % world.instances.length] as Instance

  /** Follows `work` to its end. A process that was killed has no say any more. */
  const follow = <T>(instance: Instance, words: string, work: () => Promise<T>, done: (answer: T) => void) => {
    const mine: Pending = { words, instance }
    pending.add(mine)
    const over = (then: () => void) => {
      pending.delete(mine)
      if (instance.isAlive()) then()
    }
    const failed = (error: unknown) => {
      if (!(error instanceof Error) || !expected.has(error.name))
        world.violate('unexpected error', `${words}: ${error}`)
    }
    let working: Promise<T>
    try {
      working = work()
    } catch (error) {
      working = Promise.reject(error)
    }
    working.then(
      (answer) => over(() => done(answer)),
      (error: unknown) => over(() => failed(error)),
    )
  }
  const check = (
    instance: Instance,
    words: string,
    key: number,
    answer: Value | null,
    floor = world.floorOf(instance),
  ) => {
    const fault = world.rows.faultOf(key, answer, floor)
    if (fault) world.violate('no stale read', `${words}: ${fault}`)
  }
  /** Two steps of the source: the commit takes effect, and the process hears of it. */
  const commit = <T>(instance: Instance, words: string, effect: () => T, fails?: 'before' | 'after'): Promise<T> =>
    new Promise((resolve, reject) => {
      const lane = instance.work()
      lane.add(
        () => `${instance.name}: Postgres ${fails === 'before' ? 'refuses' : 'commits'} ${words}`,
        () => {
          const result = fails === 'before' ? undefined : effect()
          lane.add(
            () => `${instance.name} hears of it${fails ? ': an error' : ''}`,
            () => (fails ? reject(new SourceError('refused')) : resolve(result as T)),
          )
        },
      )
    })

  const start = (operation: Operation): Promise<string> | string => {
    if ('key' in operation) used.add(operation.key)
    else if (operation.do === 'getMany') for (const key of keys) used.add(key)
    switch (operation.do) {
      case 'get': {
        const { key } = operation
        const instance = instanceAt(operation.at)
        const words = `${instance.name} reads key ${key}`
        const floor = world.floorOf(instance)
        follow(
          instance,
          words,
          () => instance.cache.get(key),
          (answer) => check(instance, words, key, answer, floor),
        )
        return words
      }
      case 'getMany': {
        const instance = instanceAt(operation.at)
        const words = `${instance.name} reads all keys at once`
        const floor = world.floorOf(instance)
        follow(
          instance,
          words,
          () => instance.cache.getMany(keys),
          (answers) => {
            for (const key of keys) check(instance, words, key, answers[key] as Value | null, floor)
          },
        )
        return words
      }
      case 'peek': {
        const { key } = operation
        const instance = instanceAt(operation.at)
        const words = `${instance.name} looks for key ${key} in its near cache`
        const answer = instance.cache.peek(key)
        if (answer !== undefined) check(instance, words, key, answer)
        return `${words}: ${answer === undefined ? 'not there' : answer === null ? 'nothing' : `version ${answer.row}`}`
      }
      case 'refresh': {
        const { key } = operation
        const instance = instanceAt(operation.at)
        const words = `${instance.name} refreshes key ${key}`
        follow(
          instance,
          words,
          () => instance.cache.refresh(key),
          () => {},
        )
        return words
      }
      case 'change': {
        const { key, to } = operation
        const instance = instanceAt(operation.at)
        const words = `${instance.name} ${to === 'row' ? 'changes' : 'deletes'} row ${key} and invalidates it`
        const work = async () => {
          const version = await commit(instance, `key ${key}`, () => world.rows.changeRow(key, to === 'row'))
          return [version, await instance.cache.invalidate([key])] as const
        }
        follow(instance, words, work, ([version, done]) => {
          if (done) world.acknowledge(instance, { row: [key, version] }, world.choices.near)
        })
        return words
      }
      case 'changeTag': {
        if (!world.choices.tags) return 'nothing'
        const { tag } = operation
        const instance = instanceAt(operation.at)
        const words = `${instance.name} changes what tag ${tag} shows and invalidates it`
        const work = async () => {
          const version = await commit(instance, `tag ${tag}`, () => world.rows.changeTag(tag))
          return [version, await instance.invalidateTag(tag)] as const
        }
        follow(instance, words, work, ([version, done]) => {
          if (done) world.acknowledge(instance, { tag: [tag, version] }, true)
        })
        return words
      }
      case 'clear': {
        const instance = instanceAt(operation.at)
        const words = `${instance.name} changes everything and clears the cache`
        const work = async () => {
          const version = await commit(instance, 'a change of everything', () => world.rows.changeAll())
          return [version, await instance.cache.clear()] as const
        }
        follow(instance, words, work, ([version, done]) => {
          if (done) world.acknowledge(instance, { all: version }, true)
        })
        return words
      }
      case 'write': {
        const { key, to } = operation
        const instance = instanceAt(operation.at)
        const { write } = instance.cache
        if (!write) return start({ ...operation, do: 'change', to: to === 'nothing' ? 'nothing' : 'row' })
        const words = `${instance.name} writes key ${key}`
        let version = 0
        let taken = false
        const effect = () => {
          version = world.rows.changeRow(key, to !== 'nothing')
          if (world.hasBegun(instance.name, key)) world.committed.push({ row: [key, version] })
          return world.rows.read(key)
        }
        const fails = to === 'failure' ? 'before' : to === 'lost' ? 'after' : undefined
        const told = (isTaken: boolean) => {
          taken = isTaken
        }
        follow(
          instance,
          words,
          () => write(key, () => commit(instance, `key ${key}`, effect, fails), told),
          () => {
            if (taken) world.acknowledge(instance, { row: [key, version] }, world.choices.near)
          },
        )
        return words
      }
      case 'storeAfter': {
        const { key, to } = operation
        const instance = instanceAt(operation.at)
        const { storeAfter } = instance.cache
        if (!storeAfter) return start({ ...operation, do: 'change' })
        const words = `${instance.name} changes row ${key} and stores it`
        let version = 0
        const effect = (): [number, Value | null][] => {
          version = world.rows.changeRow(key, to === 'row')
          return [[key, world.rows.read(key)]]
        }
        follow(
          instance,
          words,
          () => storeAfter(() => commit(instance, `key ${key}`, effect)),
          (stored) => {
            if (stored.has(key)) world.acknowledge(instance, { row: [key, version] }, world.choices.near)
          },
        )
        return words
      }
      default:
        return environment(operation)
    }
  }
  return { start, keys: used, pending }
}
