/** Shows on stderr how far the seed is: a bar in a terminal, elsewhere (a log) a line each tenth. */
import { Presets, SingleBar } from 'cli-progress'

export interface Progress {
  update(done: number): void
  stop(): void
}

export function showProgress(total: number, say: (line: string) => void): Progress {
  if (!process.stderr.isTTY) return lines(total, say)
  const format = 'Seeding {bar} {percentage} % | {value} of {total} products | {duration_formatted}'
  const bar = new SingleBar({ format, stream: process.stderr }, Presets.shades_classic)
  bar.start(total, 0)
  return { update: (done) => bar.update(done), stop: () => bar.stop() }
}

function lines(total: number, say: (line: string) => void): Progress {
  let tenths = 0
  return {
    update: (done) => {
      const now = Math.floor((done * 10) / total)
      if (now > tenths) say(`Seeding: ${done} of ${total} products (${now * 10} %)`)
      tenths = now
    },
    stop: () => {},
  }
}
