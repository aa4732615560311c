import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type NewWindow, type Plan, planCancel, planSchedule, planSet, type Window } from './plan.ts'

/** A table of windows: does what a plan says, and refuses two at once, as Postgres does. */
function createTable() {
  let windows: Window[] = []
  let ids = 0
  const check = () => {
    const inOrder = windows.toSorted((a, b) => a.from - b.from)
    for (const [index, { from, until }] of inOrder.entries()) {
      expect(until).toBeGreaterThan(from)
      const next = inOrder[index + 1]
      if (next) expect(next.from).toBeGreaterThanOrEqual(until)
    }
  }
  return {
    all: () => windows,
    add: (window: NewWindow) => {
      windows.push({ ...window, id: `${ids++}` })
      check()
    },
    carryOut: (plan: Plan) => {
      windows = windows.filter(({ id }) => !plan.drop.includes(id))
      for (const { id, ...end } of plan.end) {
        windows = windows.map((window) => (window.id === id ? { ...window, ...end } : window))
        check()
      }
      for (const window of plan.add) {
        windows.push({ ...window, id: `${ids++}` })
        check()
      }
    },
    at: (moment: number) => windows.find(({ from, until }) => from <= moment && moment < until)?.amountMinor,
  }
}

const window = (from: number, until: number, amountMinor: number): NewWindow => ({
  from,
  until,
  amountMinor,
  compareAtMinor: null,
  scheduled: true,
})
const amount = (amountMinor: number) => ({ amountMinor, compareAtMinor: null })
const lines = (windows: readonly Window[]) =>
  windows
    .toSorted((a, b) => a.from - b.from)
    .map(
      ({ from, until, amountMinor, scheduled }) => `${from}–${until}: ${amountMinor}${scheduled ? ' scheduled' : ''}`,
    )

describe('the windows of a price', () => {
  it('given a standing price, when a window is scheduled, then it makes room, and goes on afterwards', () => {
    const table = createTable()
    table.carryOut(planSet([], 0, amount(10)))
    table.carryOut(planSchedule(table.all(), 5, window(20, 30, 8)) as Plan)
    expect(lines(table.all())).toEqual(['0–20: 10', '20–30: 8 scheduled', '30–Infinity: 10'])
    table.carryOut(planSet(table.all(), 10, amount(12)))
    expect(lines(table.all())).toEqual(['0–10: 10', '10–20: 12', '20–30: 8 scheduled', '30–Infinity: 12'])
    const id = table.all().find(({ scheduled }) => scheduled)?.id as string
    table.carryOut(planCancel(table.all(), 15, id))
    expect(lines(table.all())).toEqual(['0–10: 10', '10–Infinity: 12'])
  })

  it('given a window that is valid right now, when a price is set, then it ends, and the price stands', () => {
    const table = createTable()
    table.carryOut(planSet([], 0, amount(10)))
    table.carryOut(planSchedule(table.all(), 5, window(20, 30, 8)) as Plan)
    expect(planSchedule(table.all(), 25, window(28, 40, 7))).toBeUndefined()
    table.carryOut(planSet(table.all(), 25, amount(8)))
    expect(lines(table.all())).toEqual(['0–20: 10', '20–25: 8 scheduled', '25–Infinity: 8'])
  })

  it('given a price that is scheduled for good, when it has begun, then it makes room like any standing price', () => {
    const table = createTable()
    table.carryOut(planSet([], 0, amount(10)))
    table.carryOut(planSchedule(table.all(), 5, window(20, Infinity, 12)) as Plan)
    expect(planSchedule(table.all(), 5, window(30, 40, 8))).toBeUndefined()
    table.carryOut(planSchedule(table.all(), 25, window(30, 40, 8)) as Plan)
    table.carryOut(planSchedule(table.all(), 25, window(26, 28, 9)) as Plan)
    expect(lines(table.all()).slice(1)).toEqual([
      '20–26: 12',
      '26–28: 9 scheduled',
      '28–30: 12',
      '30–40: 8 scheduled',
      '40–Infinity: 12',
    ])
  })

  it('given scheduled windows that leave no room, when the last is cancelled, then the standing price is back', () => {
    const table = createTable()
    table.carryOut(planSet([], 0, amount(10)))
    table.carryOut(planSchedule(table.all(), 5, window(20, 30, 8)) as Plan)
    table.carryOut(planSchedule(table.all(), 25, window(30, Infinity, 12)) as Plan)
    expect(lines(table.all())).toEqual(['0–20: 10', '20–30: 8 scheduled', '30–Infinity: 12 scheduled'])
    const id = table.all().find(({ from }) => from === 30)?.id as string
    table.carryOut(planCancel(table.all(), 26, id))
    expect(lines(table.all())).toEqual(['0–20: 10', '20–30: 8 scheduled', '30–Infinity: 10'])
  })

  it('given no price, when a window is scheduled and cancelled, then nothing is left', () => {
    const table = createTable()
    table.carryOut(planSchedule([], 0, window(10, 20, 8)) as Plan)
    expect(lines(table.all())).toEqual(['10–20: 8 scheduled'])
    table.carryOut(planCancel(table.all(), 5, '0'))
    expect(table.all()).toEqual([])
  })

  it('given a standing price that SQL has given an end, when a window is scheduled, then the end stays', () => {
    const table = createTable()
    table.add({ ...window(0, 50, 10), scheduled: false })
    table.carryOut(planSchedule(table.all(), 5, window(20, 30, 8)) as Plan)
    expect(lines(table.all())).toEqual(['0–20: 10', '20–30: 8 scheduled', '30–50: 10'])
  })

  it('given the price that stands, when set again, then there is nothing to do', () => {
    const table = createTable()
    table.carryOut(planSet([], 0, amount(10)))
    table.carryOut(planSchedule(table.all(), 5, window(20, 30, 8)) as Plan)
    expect(planSet(table.all(), 10, amount(10))).toEqual({ drop: [], end: [], add: [] })
  })

  it('given any sequence of set, schedule and cancel, then windows never overlap, and prices are those of a simple model', () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 3 }),
      act: fc.constantFrom('set', 'schedule', 'schedule', 'cancel'),
      amountMinor: fc.integer({ min: 1, max: 4 }),
      begin: fc.integer({ min: 1, max: 8 }),
      length: fc.constantFrom(1, 2, 3, 5, Infinity),
      pick: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const table = createTable()
        const model = createModel()
        let now = 0
        for (const { wait, act, amountMinor, begin, length, pick } of steps) {
          now += wait
          const wanted = window(now + begin, now + begin + length, amountMinor)
          const toCome = table.all().filter(({ scheduled, from }) => scheduled && from > now)
          if (act === 'set') {
            table.carryOut(planSet(table.all(), now, amount(amountMinor)))
            model.set(now, amountMinor)
          } else if (act === 'schedule') {
            const plan = planSchedule(table.all(), now, wanted)
            expect(plan !== undefined).toBe(model.schedule(now, wanted))
            if (plan) table.carryOut(plan)
          } else if (toCome.length > 0) {
            const { id, from } = toCome[pick % toCome.length] as Window
            table.carryOut(planCancel(table.all(), now, id))
            model.cancel(from)
          }
          for (let moment = 0; moment < now + 20; moment += 0.5) expect(table.at(moment)).toBe(model.at(moment))
        }
      }),
      { numRuns: 500 },
    )
  })
})

/** Prices by layers: what was set, and over it what is scheduled, each for its time. */
function createModel() {
  const sets: { at: number; amountMinor: number }[] = []
  let scheduled: NewWindow[] = []
  const standsBy = (now: number) =>
    scheduled.filter(({ from, until }) => from > now || (until < Infinity && until > now))
  const begunForGood = (now: number) => {
    for (const { from, until, amountMinor } of scheduled.filter((w) => w.from <= now && w.until === Infinity)) {
      sets.push({ at: from, amountMinor })
      scheduled = scheduled.filter((w) => w.from !== from || w.until !== until)
    }
  }
  return {
    set: (now: number, amountMinor: number) => {
      begunForGood(now)
      scheduled = scheduled
        .map((w) => (w.from <= now && w.until > now ? { ...w, until: now } : w))
        .filter((w) => w.until > w.from)
      sets.push({ at: now, amountMinor })
    },
    schedule: (now: number, wanted: NewWindow): boolean => {
      begunForGood(now)
      if (standsBy(now).some((w) => w.from < wanted.until && w.until > wanted.from)) return false
      scheduled.push(wanted)
      return true
    },
    cancel: (from: number) => {
      scheduled = scheduled.filter((w) => w.from !== from)
    },
    at: (moment: number) =>
      (
        scheduled.find((w) => w.from <= moment && moment < w.until) ??
        sets
          .filter(({ at }) => at <= moment)
          .toSorted((a, b) => a.at - b.at)
          .at(-1)
      )?.amountMinor,
  }
}
