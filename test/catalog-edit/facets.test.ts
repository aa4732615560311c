import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failureOf, outboxIsEmpty } from '../support/staff.ts'
import { type Shops, startLampShops } from './lamps.ts'

let shops: Shops
let staff: Shops['staff']

beforeAll(async () => {
  shops = await startLampShops()
  staff = shops.staff
})
afterAll(() => shops.stop())

const facetsOf = (slug: string) => async (shop: Shops['here']) => (await shops.bySlug(slug)(shop)).facets

describe('facets', () => {
  it('G4: given a facet that cached products have, when its names, order or values change, or it goes, then they follow', async () => {
    await shops.publicLamp('lamp', { facets: { colour: ['red', 'blue'] } })
    const colour = (await shops.both(facetsOf('lamp')))[0][0]
    expect(colour?.values.map(({ code }) => code)).toEqual(['red', 'blue'])

    const values = [
      { code: 'blue', title: 'Azure' },
      { code: 'green', title: 'Green' },
      { code: 'red', title: 'Red' },
    ]
    const changed = await staff.catalog.facet.upsert.mutate({ code: 'colour', title: 'Color', values })
    expect(changed).toMatchObject({ id: colour?.id, title: 'Color', values })
    const shown = { id: colour?.id, code: 'colour', title: 'Color', values: [values[0], values[2]] }
    await shops.bothAnswer(facetsOf('lamp'), [shown])

    await staff.catalog.facet.upsert.mutate({ code: 'colour', title: 'Color', values: values.slice(1) })
    await shops.bothAnswer(facetsOf('lamp'), [{ ...shown, values: [values[2]] }])
    const kept = await staff.catalog.facet.upsert.mutate({ code: 'colour', title: 'Colour' })
    expect(kept.values).toEqual(values.slice(1))

    expect(await staff.catalog.facet.remove.mutate({ code: 'colour' })).toEqual(kept)
    await shops.bothAnswer(facetsOf('lamp'), [])
    expect(await failureOf(staff.catalog.facet.remove.mutate({ code: 'colour' }))).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'FACET_NOT_FOUND',
    })
    await outboxIsEmpty(shops.here)
  })

  it.each([
    [{ code: 'Not a code', title: 'A' }, 'code'],
    [{ code: 'a', title: '' }, 'title'],
    [
      {
        code: 'a',
        title: 'A',
        values: [
          { code: 'x', title: 'X' },
          { code: 'x', title: 'Y' },
        ],
      },
      'values',
    ],
  ])('given %j, when upserted, then INVALID_INPUT names %s', async (input, field) => {
    const refused = await failureOf(staff.catalog.facet.upsert.mutate(input))
    expect(refused).toMatchObject({ code: 'BAD_REQUEST', reason: 'INVALID_INPUT', issues: [{ path: field }] })
  })
})
