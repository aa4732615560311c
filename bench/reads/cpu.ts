/** CPU time of this process and of Postgres on this machine: what a busy machine does not change. Linux only. */
import { readdirSync, readFileSync } from 'node:fs'
import type pg from 'pg'

const msPerTick = 10

/** Gives the CPU time used so far, ms; undefined where it can't be told. */
export async function cpuMeter(pool: pg.Pool): Promise<() => number | undefined> {
  const { rows } = await pool.query<{ pid: number }>(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`,
  )
  const postmaster = rows[0]?.pid
  return () => {
    const { user, system } = process.cpuUsage()
    const own = (user + system) / 1_000
    try {
      const stats = readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((pid) => statOf(pid) ?? [])
      const root = stats.find(({ pid }) => pid === postmaster)
      if (!root) return undefined
      const children = stats.filter(({ parent }) => parent === postmaster)
      // Workers that have ended count for the postmaster.
      const ticks = children.reduce((sum, { used }) => sum + used, root.used + root.ofEnded)
      return own + ticks * msPerTick
    } catch {
      return undefined
    }
  }
}

/** Fields of proc_pid_stat(5); undefined for a process that is gone. */
function statOf(pid: string) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const field = (number: number) => Number(fields[number - 3])
    return { pid: Number(pid), parent: field(4), used: field(14) + field(15), ofEnded: field(16) + field(17) }
  } catch {
    return undefined
  }
}
