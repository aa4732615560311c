/** Names and sentences, made once by faker from a fixed seed: asking it anew for each product would take minutes. */
import { base, en, Faker } from '@faker-js/faker'
import { origins, tiers } from './data/facets.ts'
import { type Random, zipf } from './random.ts'

const faker = new Faker({ locale: [en, base], seed: 7 })

/** `count` different words; faker has some that are two joined with a hyphen, which read badly in a name. */
const pool = (count: number, make: () => string) =>
  faker.helpers.uniqueArray(() => {
    for (;;) {
      const word = make()
      if (/^\w+$/.test(word)) return word
    }
  }, count)

export const designers = faker.helpers.uniqueArray(() => `${faker.person.firstName()} ${faker.person.lastName()}`, 400)
/** Names of series, as furniture houses give them: "Elna". */
export const series = pool(250, () => faker.person.firstName())
export const cities = pool(200, () => faker.location.city())
export const adjectives = [
  'plain',
  'handsome',
  'quiet',
  'sturdy',
  'elegant',
  'clever',
  'cheerful',
  'modern',
  'timeless',
  'light',
]

export interface Vendor {
  name: string
  city: string
  since: number
  origin: (typeof origins)[number]
  /** Index into `tiers`. */
  tier: number
}

const trades = [
  'Works',
  'Goods',
  'Supply',
  'Studio',
  'Atelier',
  'House',
  '& Sons',
  '& Daughters',
  'Brothers',
  'Trading',
]

const vendors = pool(300, () => faker.person.lastName()).map(
  (name): Vendor => ({
    name: `${name} ${faker.helpers.arrayElement(trades)}`,
    city: faker.helpers.arrayElement(cities),
    since: faker.number.int({ min: 1890, max: 2020 }),
    origin: faker.helpers.arrayElement(origins),
    tier: faker.number.int({ min: 0, max: tiers.length - 1 }),
  }),
)

export const pickVendor: (random: Random) => Vendor = zipf(vendors, 0.8)

export const openings = [
  '{title}, drawn by {designer} for {vendor}.',
  'From the workshop of {vendor}: {adjective}, honest and made to last.',
  'First made by {designer} for a friend, now for everybody.',
  'Our buyers tried {number} of the kind and kept this one.',
  'Simple, {adjective} and good at one thing.',
  'A favourite of the house since {designer} joined {vendor}.',
]

export const closings = [
  'Made in {origin}.',
  '{vendor} has worked in {city} since {since}.',
  'Goes well with everything else by {vendor}.',
  'Sent within two days from our own warehouse.',
  'Send it back within thirty days if it does not please.',
  'Each order plants a tree near {city}.',
]

export const tags = [
  ...['new', 'bestseller', 'gift-idea', 'handmade', 'sustainable', 'limited-edition', 'online-only', 'last-pieces'],
  ...['fair-trade', 'award-winner', 'back-in-stock', 'staff-pick'],
]

/** Puts `words` in the place of their {names}. */
export function fill(sentence: string, words: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(words[name] ?? ''))
}
