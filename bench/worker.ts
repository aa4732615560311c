/** A process with one contestant: opens it and runs rounds, as run.ts asks. It ends when run.ts is gone. */
import { Unsupported } from './contestant.ts'
import { openSession } from './open-session.ts'
import type { Answer, Reply, Request, Work } from './protocol.ts'
import type { Row } from './row.ts'
import { rowNamed } from './rows.ts'
import type { Session } from './session.ts'

let open: { row: Row; session: Session } | undefined

process.on('message', async ({ id, work }: Request) => {
  const reply = (message: Reply) => process.send?.(message)
  try {
    reply({ id, ok: true, answer: await perform(work) })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    reply({ id, ok: false, reason, unsupported: error instanceof Unsupported })
  }
})
process.on('disconnect', () => process.exit())

async function perform(work: Work): Promise<Answer> {
  switch (work.type) {
    case 'open': {
      const row = rowNamed(work.row)
      const session = await openSession(row, work.contestant, work.redisUrl, work.plan)
      open = { row, session }
      return session.cache.note ? { note: session.cache.note } : {}
    }
    case 'round': {
      if (!open) throw new Error('Nothing is open here.')
      return { sample: await open.row.round(open.session, work.turn) }
    }
  }
}
