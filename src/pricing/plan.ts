/**
 * How the windows of a price lie in time: the prices of one variant, currency and minimum quantity, no two at once.
 * There is the standing price, which goes on for good, and there are scheduled windows, which it makes room for: it is
 * valid wherever none of them is. What is over is history and stays as it was. Nothing here knows the database.
 */

export interface Amount {
  /** Minor units. */
  amountMinor: number
  compareAtMinor: number | null
}

/** Valid from `from`, and no longer at `until`: µs since the epoch; Infinity: for good. */
export interface NewWindow extends Amount {
  from: number
  until: number
  scheduled: boolean
}

export interface Window extends NewWindow {
  id: string
}

/** What is to be done, in this order: no two windows overlap on the way. */
export interface Plan {
  drop: string[]
  /** The end of the window that is valid now. */
  end: Pick<Window, 'id' | 'until' | 'scheduled'>[]
  add: NewWindow[]
}

/** From `at` on `amount` is valid, but for the scheduled windows to come. One that is valid right now ends. */
export function planSet(windows: readonly Window[], at: number, amount: Amount): Plan {
  const { scheduled, present, standing } = divide(windows, at)
  const pieces = gaps(
    scheduled.filter(({ from }) => from > at),
    at,
    Infinity,
  )
  const goesOn = present !== undefined && standing.includes(present) && isSame(present, amount)
  const plan = lay(standing, pieces, at, amount, goesOn)
  if (!present || goesOn) return plan
  if (present.from === at) return { ...plan, drop: [...new Set([...plan.drop, present.id])] }
  return { ...plan, end: [{ id: present.id, until: at, scheduled: present.scheduled }] }
}

/** `window` is valid in its time, which must lie ahead; undefined: there is a scheduled one in that time. */
export function planSchedule(windows: readonly Window[], at: number, window: NewWindow): Plan | undefined {
  const { scheduled, standing, amount, end } = divide(windows, at)
  if (scheduled.some(({ from, until }) => from < window.until && until > window.from)) return undefined
  const pieces = gaps([...scheduled, window], at, end)
  const plan = amount ? lay(standing, pieces, at, amount, true) : { drop: [], end: [], add: [] }
  return { ...plan, add: [...plan.add, { ...window, scheduled: true }] }
}

/** As if the scheduled window `id`, which must lie ahead, had never been. */
export function planCancel(windows: readonly Window[], at: number, id: string): Plan {
  const { scheduled, standing, amount, end } = divide(windows, at)
  const rest = scheduled.filter((window) => window.id !== id)
  const plan = amount ? lay(standing, gaps(rest, at, end), at, amount, true) : { drop: [], end: [], add: [] }
  return { ...plan, drop: [...plan.drop, id] }
}

function divide(windows: readonly Window[], at: number) {
  const inOrder = windows.toSorted((a, b) => a.from - b.from)
  const live = inOrder.filter(({ until }) => until > at)
  // A scheduled one that has begun and has no end is the standing price by now.
  const isOwn = ({ scheduled, from, until }: Window) => scheduled && (from > at || until < Infinity)
  const scheduled = live.filter(isOwn)
  const standing = live.filter((window) => !isOwn(window))
  const last = standing.at(-1)
  // Where scheduled windows leave no room for the standing price, history knows it.
  const hidden = coveredUntil(scheduled, at) === Infinity
  const amount = last ?? (hidden ? inOrder.findLast((window) => window.until <= at && !window.scheduled) : undefined)
  // It has an end only if somebody gave it one by SQL.
  const end = last && coveredUntil(scheduled, last.until) < Infinity ? last.until : Infinity
  return { scheduled, standing, present: live.find(({ from }) => from <= at), amount, end }
}

/** Until when windows follow upon each other from `at` on. */
function coveredUntil(windows: readonly NewWindow[], at: number): number {
  return windows.reduce((end, { from, until }) => (from <= end && until > end ? until : end), at)
}

/** The times between `at` and `end` in which none of `windows` is valid. */
function gaps(windows: readonly NewWindow[], at: number, end: number): { from: number; until: number }[] {
  const starts = [at, ...windows.map(({ until }) => until)]
  return starts
    .filter((start) => start < end && !windows.some(({ from, until }) => from <= start && start < until))
    .filter((start, index, all) => start >= at && all.indexOf(start) === index)
    .map((from) => ({ from, until: Math.min(end, ...windows.map((w) => w.from).filter((next) => next > from)) }))
}

/** From the pieces of the standing price that there are to those there shall be. `goesOn`: the present one may stay. */
function lay(
  standing: readonly Window[],
  pieces: readonly { from: number; until: number }[],
  at: number,
  { amountMinor, compareAtMinor }: Amount,
  goesOn: boolean,
): Plan {
  const plan: Plan = { drop: [], end: [], add: [] }
  const kept = new Set<number>()
  for (const window of standing) {
    const begun = window.from <= at
    const piece = pieces.find(({ from }) => from === (begun ? at : window.from))
    if (begun ? goesOn && piece : piece?.until === window.until && isSame(window, { amountMinor, compareAtMinor })) {
      kept.add(piece?.from as number)
      if (piece?.until !== window.until) {
        plan.end.push({ id: window.id, until: piece?.until as number, scheduled: false })
      }
    } else if (!begun) plan.drop.push(window.id)
  }
  for (const { from, until } of pieces) {
    if (!kept.has(from)) plan.add.push({ from, until, amountMinor, compareAtMinor, scheduled: false })
  }
  return plan
}

const isSame = (a: Amount, b: Amount) => a.amountMinor === b.amountMinor && a.compareAtMinor === b.compareAtMinor
