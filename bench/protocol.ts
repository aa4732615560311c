/** What run.ts and its workers say to each other, over IPC. */
import type { Sample, Turn } from './row.ts'
import type { Plan } from './session.ts'

export type Work =
  | { type: 'open'; row: string; contestant: string; redisUrl: string; plan: Plan }
  | { type: 'round'; turn: Turn }

/** The note of one who opened, the sample of a round. */
export interface Answer {
  note?: string
  sample?: Sample
}

export interface Request {
  id: number
  work: Work
}

export type Reply =
  | { id: number; ok: true; answer: Answer }
  | { id: number; ok: false; reason: string; unsupported: boolean }
