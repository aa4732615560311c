/** The reads of caches, and what they load, as spans: around the engine, which knows nothing of it. */
import type { Cache } from '../../cache/cache.ts'
import type { ReadOutcome } from '../../cache/insight/read-outcome.ts'
import { createOneOff } from '../../cache/one-off.ts'
import type { Aside, AsideOptions } from '../../cache/options.ts'
import type { WriteThroughOptions } from '../../cache/write-through.ts'
import type { Attributes, Tracing } from './trace.ts'

/** `cache`, with all that is declared from now on traced. */
export function traceCache(cache: Cache, { span, past }: Tracing): Cache {
  cache.events.on((event) => {
    if (event.type === 'waited') past('cache wait', { cache: event.cache, outcome: event.outcome }, event.durationMs)
  })

  function loading<Input, Value, Options extends AsideOptions<Input, Value>>(name: string, options: Options): Options {
    const { load, loadMany } = options
    return {
      ...options,
      load: (input, context) => span('cache load', { cache: name }, () => load(input, context)),
      ...(loadMany && {
        loadMany: ((inputs, context) =>
          span('cache load', { cache: name, keys: inputs.length }, () => loadMany(inputs, context))) as typeof loadMany,
      }),
    }
  }
  function reading<Input, Value, Read extends Aside<Input, Value>>(
    name: string,
    { get, getMany, ...rest }: Read,
  ): Read {
    const statusOf = (outcome: ReadOutcome) => (): Attributes => (outcome.status ? { outcome: outcome.status } : {})
    const traced: Pick<Aside<Input, Value>, 'get' | 'getMany'> = {
      get: (input, outcome = {}) => span('cache get', { cache: name }, () => get(input, outcome), statusOf(outcome)),
      getMany: (inputs, outcome = {}) =>
        span('cache get', { cache: name, keys: inputs.length }, () => getMany(inputs, outcome), statusOf(outcome)),
    }
    return { ...rest, ...traced } as Read
  }

  const aside = <Input, Value>(name: string, options: AsideOptions<Input, Value>) =>
    reading<Input, Value, Aside<Input, Value>>(name, cache.aside(name, loading(name, options)))

  return {
    ...cache,
    ...createOneOff(aside),
    aside,
    uncached: <Input, Value>(name: string, options: AsideOptions<Input, Value>) =>
      reading<Input, Value, Aside<Input, Value>>(name, cache.uncached(name, loading(name, options))),
    writeThrough: <Input, Value>(name: string, options: WriteThroughOptions<Input, Value>) =>
      reading(name, cache.writeThrough(name, loading(name, options))),
  }
}
