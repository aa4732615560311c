/** Product number 0 is the one the examples in the docs ask for. */
import { volume } from './data/profile.ts'
import { code, type Idea } from './ideas.ts'
import { leaves } from './leaves.ts'
import { randomFor } from './random.ts'
import { pickVendor } from './vocabulary.ts'

export function blueMug(): Idea {
  const leaf = leaves.find(({ category }) => category === 'mugs')
  if (!leaf) throw new Error('The category tree has no mugs.')
  return {
    leaf,
    vendor: pickVendor(randomFor(3)),
    slug: 'blue-mug',
    title: 'Blue Mug',
    noun: 'Mug',
    description:
      'A plain mug of blue stoneware, thrown and glazed by hand. It keeps coffee warm through a long meeting and goes into the dishwasher afterwards.',
    tags: ['bestseller', 'handmade'],
    options: [{ axis: volume, values: ['250 ml', '350 ml', '500 ml'] }],
    facets: [
      code('colour', 'Blue'),
      code('material', 'Ceramic'),
      code('brand-tier', 'Classic'),
      code('occasion', 'Everyday'),
    ],
    onHand: 100,
  }
}
