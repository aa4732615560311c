/**
 * How late the timers of this process are: the same machine runs the application, and lets it wait as long. A near cache
 * can't hear of a change within 50 ms in a process that does not get to run for 50 ms.
 */
const everyMs = 10
const windowMs = 1_000

/** Returns a function that gives the maximum lateness of the last second, ms. */
export function watchLag(): () => number {
  let recent: { at: number; ms: number }[] = []
  let before = performance.now()
  const timer = setInterval(() => {
    const at = performance.now()
    recent = recent.filter((late) => late.at > at - windowMs)
    if (at - before > 2 * everyMs) recent.push({ at, ms: at - before - everyMs })
    before = at
  }, everyMs)
  timer.unref()
  return () => Math.max(0, performance.now() - before - everyMs, ...recent.map(({ ms }) => ms))
}
