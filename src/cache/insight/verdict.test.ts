import { expect, it } from 'vitest'
import { assess } from './verdict.ts'

const evidence = { perSecond: 1, loads: 100, loadMs: 5, keysPerLoad: 1, decodeMs: 0.1, roundTripMs: 0.4 }

it.each([
  ['a load above 10 ms', { loadMs: 11 }, 'pays', 'more than 10 ms'],
  ['more than 100 reads/s', { perSecond: 101 }, 'pays', '101.0 reads/s'],
  ['neither', {}, 'does not pay', 'neither more than 10 ms nor more than 100 reads/s'],
  ['a load as fast as the cache', { loadMs: 0.5, perSecond: 500 }, 'does not pay', 'no faster'],
  ['a slow decode', { loadMs: 20, decodeMs: 20 }, 'does not pay', 'no faster'],
  ['loads of many keys', { loadMs: 12, keysPerLoad: 20, decodeMs: 1 }, 'does not pay', 'A load of 20.0 keys'],
  ['few loads', { loads: 9, loadMs: 50 }, 'too little to say', '9 times'],
  ['Redis away', { roundTripMs: undefined }, 'too little to say', 'Redis'],
  ['nothing filled', { decodeMs: undefined }, 'too little to say', 'filled'],
] as const)(
  'given %s (%j), when assessed, then the verdict is "%s", because of "%s"',
  (_name, change, verdict, reason) => {
    expect(assess({ ...evidence, ...change })).toEqual({ verdict, reason: expect.stringContaining(reason) })
  },
)
