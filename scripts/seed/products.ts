/** Product number i with everything that belongs to it: always the same, whatever else is made. */
import { blueMug } from './blue-mug.ts'
import { colour } from './data/profile.ts'
import { drawIdea, type Idea } from './ideas.ts'
import { idsOfProduct, type NextId } from './ids.ts'
import { combinations, factor } from './options.ts'
import { drawPricing, type SeedPrice } from './prices.ts'
import { type Random, randomFor } from './random.ts'
import { createdAt } from './time.ts'

export interface SeedProduct extends Idea {
  id: string
  status: 'active' | 'draft' | 'archived'
  /** ISO 8601. */
  createdAt: string
  media: { id: string; url: string; alt: string }[]
  optionRows: { id: string; name: string; values: { id: string; value: string }[] }[]
  variants: SeedVariant[]
}

export interface SeedVariant {
  id: string
  title: string
  sku: string
  barcode: string
  weightGrams: number
  mediaId: string | null
  optionValueIds: string[]
  prices: (SeedPrice & { id: string })[]
  onHand: number
}

export function seedProduct(index: number): SeedProduct {
  const random = randomFor(index)
  const nextId = idsOfProduct(index)
  const id = nextId()
  const idea = index === 0 ? blueMug() : drawIdea(index, random)
  const media = views(idea, random).map((view) => ({ id: nextId(), ...view }))
  const optionRows = idea.options.map(({ axis, values }) => ({
    id: nextId(),
    name: axis.name,
    values: values.map((value) => ({ id: nextId(), value })),
  }))
  const product = { ...idea, id, status: status(index, random), media, optionRows }
  return {
    ...product,
    createdAt: new Date(createdAt(index)).toISOString(),
    variants: variantsOf(product, index, nextId, random),
  }
}

function status(index: number, random: Random): SeedProduct['status'] {
  const drawn = random.next()
  if (index === 0 || drawn < 0.96) return 'active'
  return drawn < 0.99 ? 'draft' : 'archived'
}

function views({ slug, title }: Idea, random: Random): { url: string; alt: string }[] {
  const alts = [title, `${title} from the side`, `${title} close up`].slice(0, random.between(1, 3))
  return alts.map((alt, index) => ({ url: `https://images.example.com/${slug}/${index + 1}.jpg`, alt }))
}

function variantsOf(
  product: Idea & Pick<SeedProduct, 'media' | 'optionRows'>,
  index: number,
  nextId: NextId,
  random: Random,
): SeedVariant[] {
  const { leaf, vendor, noun, options, optionRows, media, onHand } = product
  const pricesAt = drawPricing(leaf.dollars, vendor.tier, random)
  const [lightest, heaviest] = leaf.profile.grams
  const grams = lightest * (heaviest / lightest) ** (random.next() ** 2)
  const number = String(index).padStart(6, '0')
  const word = noun.replace(/^.* /, '').replace(/\W/g, '').toUpperCase().slice(0, 6)
  const colourAt = options.findIndex((option) => option.axis === colour)

  return combinations(options).map((values, position) => {
    const times = factor(options, values)
    const shown = options[colourAt]?.values.indexOf(values[colourAt] ?? '')
    return {
      id: nextId(),
      title: values.join(' / ') || 'Default Title',
      sku: `${word}-${number}-${position + 1}`,
      barcode: ean13(`20${number}${String(position).padStart(4, '0')}`),
      weightGrams: Math.round(grams * times),
      mediaId: shown === undefined ? null : (media[shown % media.length]?.id ?? null),
      optionValueIds: optionRows.flatMap((row, at) => row.values.find(({ value }) => value === values[at])?.id ?? []),
      prices: pricesAt(times).map((price) => ({ id: nextId(), ...price })),
      onHand: onHand ?? drawStock(random),
    }
  })
}

function drawStock(random: Random): number {
  const drawn = random.next()
  if (drawn < 0.08) return 0
  return drawn < 0.98 ? random.between(1, 200) : random.between(201, 2000)
}

/** Twelve digits and their check digit; numbers that begin with 20 are free for use inside a shop. */
function ean13(digits: string): string {
  const sum = Array.from(digits, Number).reduce((total, digit, at) => total + digit * (at % 2 === 0 ? 1 : 3), 0)
  return digits + ((10 - (sum % 10)) % 10)
}
