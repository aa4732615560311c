/** What product number i is: its words, its place in the catalogue, its options; before it has ids, prices and stock. */
import { colours, occasions, seasons, tiers } from './data/facets.ts'
import { colour as colourAxis } from './data/profile.ts'
import { type Leaf, pickLeaf } from './leaves.ts'
import { chooseOptions, type Option } from './options.ts'
import type { Random } from './random.ts'
import { kebab } from './slug.ts'
import { adjectives, closings, designers, fill, openings, pickVendor, series, tags, type Vendor } from './vocabulary.ts'

export interface Idea {
  leaf: Leaf
  vendor: Vendor
  slug: string
  title: string
  noun: string
  description: string
  tags: string[]
  options: Option[]
  /** Facet values: `colour:blue`. */
  facets: string[]
  /** The same for each variant; otherwise chance decides. */
  onHand?: number
}

/** Draws an idea; `index` makes its slug unique. */
export function drawIdea(index: number, random: Random): Idea {
  const leaf = pickLeaf(random)
  const { profile } = leaf
  const vendor = pickVendor(random)
  const options = chooseOptions(profile.axes, random)
  const noun = random.pick(leaf.nouns)
  const style = random.pick(profile.styles)
  const material = random.pick([...Object.entries(profile.materials), undefined])
  const shades = options.find((option) => option.axis === colourAxis)?.values
  const colour = profile.coloured && !shades ? random.pick(colours) : undefined

  const words = new Set([
    random.chance(0.4) ? random.pick(series) : '',
    random.chance(material ? 0.4 : 1) ? style : '',
    colour && random.chance(0.2) ? colour : '',
    material?.[0] ?? '',
  ])
  const title = [...words]
    .filter((word) => word && !noun.includes(word))
    .concat(noun)
    .join(' ')

  const facets = [...(shades ?? (colour ? [colour] : []))].map((value) => code('colour', value))
  facets.push(code('brand-tier', tiers[vendor.tier] ?? ''))
  if (material) facets.push(code('material', material[1]))
  if (random.chance(0.4)) facets.push(code('origin', vendor.origin))
  if (random.chance(0.3)) facets.push(code('season', random.pick(seasons)))
  if (random.chance(0.3)) facets.push(code('occasion', random.pick(occasions)))

  const ownTags = [style, ...(material ? [material[0]] : [])].map(kebab)
  return {
    leaf,
    vendor,
    slug: `${kebab(title)}-${index.toString(36)}`,
    title,
    noun,
    description: describe({ title, noun, vendor, leaf }, random),
    tags: random.some([...ownTags, ...tags], random.pick([0, 1, 1, 2, 2, 3, 4])),
    options,
    facets,
  }
}

function describe({ title, noun, vendor, leaf }: Pick<Idea, 'title' | 'noun' | 'vendor' | 'leaf'>, random: Random) {
  const sentences = [
    random.pick(openings),
    ...random.some(leaf.profile.phrases, random.between(0, 2)),
    random.pick(closings),
  ]
  return fill(sentences.join(' '), {
    title,
    noun: noun.toLowerCase(),
    adjective: random.pick(adjectives),
    designer: random.pick(designers),
    number: random.between(12, 90),
    vendor: vendor.name,
    city: vendor.city,
    since: vendor.since,
    origin: vendor.origin,
  })
}

export const code = (facet: string, value: string) => `${facet}:${kebab(value)}`
