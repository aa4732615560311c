/**
 * Loaded into a server process before the application (`node --import`): it does to the process what only the process
 * can do to itself. SIGUSR2: its clock (Date, not the monotonic one) jumps 15 min ahead, at the next 15 min behind, at
 * the next back. SIGWINCH: nothing runs for 1.5 s. SIGURG: garbage is collected, all of it.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const jumps = [15 * 60_000, -15 * 60_000, 0]
const blockMs = 1_500

let jumped = 0
let shift = 0
const RealDate = Date

class ShiftedDate extends RealDate {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [ShiftedDate.now()] : given) as [number]))
  }
  static override now(): number {
    return RealDate.now() + shift
  }
}
globalThis.Date = ShiftedDate as DateConstructor

process.on('SIGUSR2', () => {
  shift = jumps[jumped++ % jumps.length] ?? 0
})
process.on('SIGWINCH', () => {
  const until = performance.now() + blockMs
  while (performance.now() < until);
})

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
process.on('SIGURG', () => collect())
