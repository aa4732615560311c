/** Running a row: all its contestants side by side, their rounds interleaved (A B C A B C …). */
import { Unsupported } from './contestant.ts'
import { type Contestant, databaseOf } from './contestants.ts'
import type { Work } from './protocol.ts'
import { monotonicMs, type Row, type Sample } from './row.ts'
import type { Plan } from './session.ts'
import { startWorker, type Worker } from './team.ts'

export interface Standing {
  contestant: Contestant
  /** One a round, in order. */
  samples: Sample[]
  note?: string
  /** Why there are no (more) samples. */
  out?: { reason: string; unsupported: boolean }
}

interface Entrant {
  standing: Standing
  team: Worker[]
}

/** So long before the common start the processes are told of it. */
const leadMs = 250

/** Starts the row's processes, runs its rounds, ends the processes. A contestant that fails is out; the others go on. */
export async function runRow(
  row: Row,
  contestants: readonly Contestant[],
  options: { redisUrl: string; plan: Plan; rounds: number },
): Promise<Standing[]> {
  const entrants: Entrant[] = contestants.map((contestant) => ({
    standing: { contestant, samples: [] },
    team: Array.from({ length: row.processes }, startWorker),
  }))
  try {
    for (const entrant of entrants) await attempt(entrant, () => open(row, entrant, options))
    for (let number = -row.warmUps; number < options.rounds; number++) {
      for (const entrant of entrants) {
        await attempt(entrant, async () => {
          const sample = await round(row, entrant, number)
          if (number >= 0) entrant.standing.samples.push(sample)
        })
      }
    }
    return entrants.map(({ standing }) => standing)
  } finally {
    await Promise.all(entrants.flatMap(({ team }) => team.map((worker) => worker.end())))
  }
}

async function open(row: Row, { standing, team }: Entrant, { redisUrl, plan }: { redisUrl: string; plan: Plan }) {
  const { contestant } = standing
  const url = `${redisUrl}/${databaseOf(contestant)}`
  const [answer] = await all(team, { type: 'open', row: row.name, contestant: contestant.name, redisUrl: url, plan })
  if (answer?.note) standing.note = answer.note
}

async function round(row: Row, { team }: Entrant, number: number): Promise<Sample> {
  const turn = { id: `${row.name}${number}`, startAtMs: monotonicMs() + leadMs }
  const answers = await all(team, { type: 'round', turn })
  const samples = answers.map(({ sample }) => sample).filter((sample) => sample !== undefined)
  const [only] = row.merge ? [row.merge(samples)] : samples
  if (!only) throw new Error('the round measured nothing')
  return only
}

function all(team: Worker[], work: Work) {
  return Promise.all(team.map((worker) => worker.ask(work)))
}

async function attempt({ standing }: Entrant, work: () => Promise<void>): Promise<void> {
  if (standing.out) return
  try {
    await work()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    standing.out = { reason, unsupported: error instanceof Unsupported }
  }
}
