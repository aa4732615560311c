/** The dimensions a list can be narrowed by, and their values. Codes are the titles in kebab case. */

export const colours = [
  'White',
  'Black',
  'Grey',
  'Blue',
  'Navy',
  'Green',
  'Olive',
  'Red',
  'Yellow',
  'Pink',
  'Beige',
  'Brown',
] as const

export const materialKinds = [
  'Wood',
  'Metal',
  'Glass',
  'Ceramic',
  'Cotton',
  'Wool',
  'Linen',
  'Leather',
  'Synthetic',
  'Paper',
  'Stone',
  'Rubber',
] as const
export type MaterialKind = (typeof materialKinds)[number]

/** From cheap to dear. */
export const tiers = ['Budget', 'Value', 'Classic', 'Select', 'Premium', 'Luxury'] as const

export const seasons = ['Spring', 'Summer', 'Autumn', 'Winter', 'Holiday', 'All Year'] as const

export const occasions = ['Everyday', 'Gift', 'Wedding', 'Birthday', 'Travel', 'Office', 'Party', 'Weekend'] as const

export const origins = [
  'Denmark',
  'Germany',
  'France',
  'Italy',
  'Portugal',
  'Spain',
  'Sweden',
  'Japan',
  'India',
  'Mexico',
  'Canada',
] as const

export const facets = {
  colour: { title: 'Colour', values: colours },
  material: { title: 'Material', values: materialKinds },
  'brand-tier': { title: 'Brand Tier', values: tiers },
  season: { title: 'Season', values: seasons },
  occasion: { title: 'Occasion', values: occasions },
  origin: { title: 'Made In', values: origins },
} as const
