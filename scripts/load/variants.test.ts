import { describe, expect, it } from 'vitest'
import { variantsOf } from './variants.ts'

const names = (compare?: string, disable?: string) => variantsOf(compare, disable).map(({ name }) => name)

describe('what is compared', () => {
  it('given modes, when a comparison is asked for, then each is a variant, in their order, and none twice', () => {
    expect(variantsOf('full, naive,off,full')).toEqual([
      { name: 'full', mode: 'full', disabled: [] },
      { name: 'naive', mode: 'naive', disabled: [] },
      { name: 'off', mode: 'off', disabled: [] },
    ])
  })

  it('given mechanisms to switch off and no mode, when asked for, then they are off together, against all on', () => {
    expect(variantsOf(undefined, 'fencing,jitter')).toEqual([
      { name: 'full', mode: 'full', disabled: [] },
      { name: 'full without fencing, jitter', mode: 'full', disabled: ['fencing', 'jitter'] },
    ])
  })

  it('given modes and a mechanism, when asked for, then it is one more variant', () => {
    expect(names('full,off', 'near')).toEqual(['full', 'off', 'full without near'])
  })

  it('given a mode with a rate, when asked for, then it has that rate and says so', () => {
    expect(variantsOf('full@400,off@100.5')).toMatchObject([
      { name: 'full at 400/s', mode: 'full', rate: 400 },
      { name: 'off at 100.5/s', mode: 'off', rate: 100.5 },
    ])
  })

  it.each([
    ['fast', undefined, 'There is no mode "fast". There are: full, naive, off'],
    ['full', 'luck', 'There is no mechanism "luck"'],
    ['full@many', undefined, 'full@many: the rate must be a number'],
  ])('given %s and %s, when one is not known, then it is named', (compare, disable, message) => {
    expect(() => variantsOf(compare, disable)).toThrow(message)
  })
})
