/** One run: a program, in one order of its steps, and what did not hold. */

import { createChooser } from './chooser.ts'
import { createWorld } from './create-world.ts'
import type { Engine } from './engine.ts'
import { createEnvironment } from './environment.ts'
import { finish } from './finish.ts'
import { createOperations } from './operations.ts'
import type { Program } from './program.ts'
import type { Server } from './server.ts'
import { type Clock, quiet } from './time.ts'
import type { Violation } from './world.ts'

export interface Ground {
  engine: Engine
  server: Server
  clock: Clock
}

export interface Outcome {
  violations: Violation[]
  /** The steps in words; empty unless asked for. */
  story: string[]
  steps: number
}

const maxSteps = 5_000

/** Never rejects for what the engine does. `tells`: for a person who wants to follow. */
export async function runProgram(program: Program, { engine, server, clock }: Ground, tells = false): Promise<Outcome> {
  clock.reset()
  await server.look('flushdb')
  const switches = engine.createSwitches('full', program.cache.negative ? [] : ['negative'])
  const world = createWorld(program, { engine, server, clock, switches })
  const story: string[] = []
  let steps = 0
  const tell = (words: () => string) => {
    if (tells) story.push(words())
  }
  const rejected = (reason: unknown) => world.violate('nothing rejects unhandled', String(reason))
  process.on('unhandledRejection', rejected)
  try {
    const environment = createEnvironment(world, clock)
    const operations = createOperations(world, environment.inflict)
    const step = async (index: number) => {
      if (++steps > maxSteps) world.violate('the run ends', 'it does not')
      const { words } = await world.scheduler.run(index)
      tell(words)
      await quiet()
    }
    const settle = async () => {
      await quiet()
      while (world.scheduler.ready().length > 0 && steps <= maxSteps) await step(0)
    }
    for (let index = 0; index < program.instances; index++) world.restart(index, true)
    await settle()
    if (tells) story.length = 0
    for (let at = 0; at < program.warm; at++) {
      const words = await operations.start({ do: 'get', at, key: 0 })
      tell(() => `* ${words}`)
      await settle()
    }
    if (tells) story.push('— from here on in any order —')
    let next = 0
    const choose = createChooser(program)
    for (;;) {
      const ready = world.scheduler.ready()
      const isLeft = next < program.operations.length
      if (ready.length === 0 && !isLeft) break
      const choice = choose(ready, isLeft)
      if (choice !== 'start') await step(choice)
      else {
        const words = await operations.start(program.operations[next++] as never)
        tell(() => `* ${words}`)
        await quiet()
      }
      if (world.violations.length > 0) break
    }
    tell(() => '— everything comes to rest —')
    if (world.violations.length === 0) await finish({ world, operations, settle, pass: environment.pass, tell, clock })
    return { violations: world.violations, story, steps }
  } finally {
    if (program.operations.some((operation) => operation.do === 'forgetScripts')) await engine.loadScripts()
    for (const instance of world.instances) instance.kill(true)
    await quiet()
    process.off('unhandledRejection', rejected)
  }
}
