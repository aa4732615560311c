/**
 * Decides what happens next. Everything that takes time outside the engine (a command on its way to Redis, a reply or a
 * message on its way back, a load, a commit) waits in a lane as a step. Steps of one lane keep their order, as bytes of
 * one connection do; of different lanes any may be next.
 */

export interface Step {
  /** Describes the step. */
  words: () => string
  run: () => void | Promise<void>
}

export interface Lane {
  add(words: Step['words'], run: Step['run']): void
  /** Drops the steps that wait, and returns them. */
  drain(): Step[]
}

export interface Scheduler {
  lane(): Lane
  /** The lanes that have a step that could be next, by their numbers; the step that has waited longest first. */
  ready(): readonly number[]
  /** Runs the first step of the `index`-th of these lanes. */
  run(index: number): Promise<Step>
}

interface Queue {
  number: number
  steps: (Step & { order: number })[]
}

export function createScheduler(): Scheduler {
  const busy: Queue[] = []
  let order = 0
  let lanes = 0

  return {
    lane: () => {
      const queue: Queue = { number: ++lanes, steps: [] }
      return {
        add: (words, run) => {
          if (queue.steps.length === 0) busy.push(queue)
          queue.steps.push({ words, run, order: order++ })
        },
        drain: () => {
          const at = busy.indexOf(queue)
          if (at >= 0) busy.splice(at, 1)
          return queue.steps.splice(0)
        },
      }
    },
    ready: () => busy.sort((a, b) => head(a) - head(b)).map(({ number }) => number),
    run: async (index) => {
      const queue = busy[index] as Queue
      const step = queue.steps.shift() as Step
      if (queue.steps.length === 0) busy.splice(busy.indexOf(queue), 1)
      await step.run()
      return step
    },
  }
}

const head = ({ steps }: Queue) => steps[0]?.order ?? 0
