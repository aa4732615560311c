import { describe, expect, it } from 'vitest'
import { planOptions } from './options.ts'

const plan = (existing: string, names: string) =>
  planOptions(
    [...existing].map((name) => ({ id: name.toLowerCase(), name })),
    [...names],
  ).map(({ id = 'new', name, position }) => `${name}${position} ${id}`)

describe('options', () => {
  it.each([
    ['', 'AB', ['A0 new', 'B1 new']],
    ['AB', 'AB', ['A0 a', 'B1 b']],
    ['AB', '', ['A0 a', 'B1 b']],
    ['AB', 'BA', ['B0 b', 'A1 a']],
    ['AB', 'A', ['A0 a', 'B1 b']],
    ['A', 'AB', ['A0 a', 'B1 new']],
    ['A', 'B', ['B0 a']], // renamed
    ['AB', 'AC', ['A0 a', 'C1 b']], // renamed
    ['AB', 'BC', ['B0 b', 'C1 new', 'A2 a']],
    ['AB', 'B', ['B0 b', 'A1 a']],
  ])('given a product with %j, when the file has %j, then it comes by %j', (existing, names, planned) => {
    expect(plan(existing, names)).toEqual(planned)
  })

  it('given any plan, when planned again with its own result, then nothing is left to change', () => {
    const lists = ['', 'A', 'B', 'AB', 'BA', 'ABC', 'CAB', 'BCD']
    for (const existing of lists) {
      for (const names of lists) {
        const once = planOptions(
          [...existing].map((name) => ({ id: name, name })),
          [...names],
        ).map((option, n) => ({ ...option, id: option.id ?? `new-${n}` }))
        expect(once.map(({ position }) => position)).toEqual(once.map((_, index) => index))
        expect(planOptions(once, [...names])).toEqual(once)
      }
    }
  })
})
