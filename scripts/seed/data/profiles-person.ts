/** Profiles of what people wear, use and consume. */
import { axis, clothes, colour, type Profile, packs, shoes, sizes } from './profile.ts'

const clothing = {
  styles: ['Slim', 'Relaxed', 'Oversized', 'Classic', 'Cropped', 'Striped', 'Washed', 'Everyday', 'Tailored'],
  materials: { Cotton: 'Cotton', Linen: 'Linen', Merino: 'Wool', Flannel: 'Cotton', Cashmere: 'Wool' },
  coloured: true,
  axes: [clothes, colour],
  grams: [120, 900],
  phrases: [
    'True to size; the model wears a medium.',
    'Cut close at the shoulder and easy at the waist.',
    'Wash the {noun} inside out with similar colours.',
  ],
} as const satisfies Profile

const food = {
  materials: {},
  coloured: false,
  axes: [axis('Weight', 0.7, '125 g', '250 g', '500 g', '1 kg'), axis('Taste', 0, 'Mild', 'Balanced', 'Strong'), packs],
  grams: [125, 1200],
  phrases: [
    'From growers we have known for years, at a price they can live on.',
    'Keep it dry and dark, and use it within six months.',
    'Packed by hand the week it is sent.',
  ],
} as const satisfies Omit<Profile, 'styles'>

export const personProfiles = {
  clothing,
  bottoms: { ...clothing, materials: { Cotton: 'Cotton', Linen: 'Linen', Denim: 'Cotton', Corduroy: 'Cotton' } },
  outerwear: {
    styles: ['Hooded', 'Padded', 'Waxed', 'Belted', 'Light', 'Waterproof', 'Reversible', 'Packable'],
    materials: { Wool: 'Wool', Down: 'Synthetic', Leather: 'Leather', Canvas: 'Cotton', Fleece: 'Synthetic' },
    coloured: true,
    axes: [clothes, colour],
    grams: [400, 2200],
    phrases: [
      'Seams are taped, and the zip runs under a storm flap.',
      'Two deep pockets outside, one with a zip inside.',
      'The {noun} packs into its own pocket.',
    ],
  },
  shoes: {
    styles: ['Low', 'High Top', 'Trail', 'Retro', 'Slip-On', 'Waterproof', 'Chunky', 'Classic'],
    materials: { Leather: 'Leather', Suede: 'Leather', Canvas: 'Cotton', Mesh: 'Synthetic', Cork: 'Wood' },
    coloured: true,
    axes: [shoes, colour],
    grams: [300, 1400],
    phrases: [
      'The sole is stitched and can be replaced.',
      'Between two sizes the larger one is right.',
      'An insole of cork takes the shape of the foot within a week.',
    ],
  },
  bags: {
    styles: ['Roll-Top', 'Compact', 'Weekend', 'Quilted', 'Slim', 'Folding', 'Waterproof', 'Structured'],
    materials: { Leather: 'Leather', Canvas: 'Cotton', Nylon: 'Synthetic', Suede: 'Leather', Felt: 'Wool' },
    coloured: true,
    axes: [colour, axis('Size', 0.25, 'Small', 'Medium', 'Large')],
    grams: [80, 2500],
    phrases: [
      'A padded pocket takes a laptop of up to fifteen inches.',
      'The lining is light, so that nothing is lost at the bottom.',
      'Metal parts of the {noun} are solid brass.',
    ],
  },
  electronics: {
    styles: ['Compact', 'Studio', 'Portable', 'Ergonomic', 'Smart', 'Slim', 'Travel', 'Everyday'],
    materials: { Aluminium: 'Metal', Walnut: 'Wood', Steel: 'Metal', Bamboo: 'Wood' },
    coloured: true,
    axes: [colour, axis('Edition', 0.4, 'Standard', 'Plus', 'Pro')],
    grams: [60, 4000],
    phrases: [
      'Opens with an ordinary screwdriver; spare parts are sold for ten years.',
      'Comes with two years of guarantee and a box without plastic.',
      'Small enough for most bags: the {noun} for the road.',
    ],
  },
  fitness: {
    styles: ['Non-Slip', 'Adjustable', 'Folding', 'Training', 'Pro', 'Lightweight', 'Studio', 'Heavy'],
    materials: { Cork: 'Wood', Rubber: 'Rubber', Steel: 'Metal', Neoprene: 'Rubber', Cotton: 'Cotton' },
    coloured: true,
    axes: [colour, axis('Strength', 0.2, 'Light', 'Medium', 'Strong')],
    grams: [150, 12000],
    phrases: [
      'Tested in a studio through a thousand classes.',
      'The surface grips even when it is wet.',
      'The {noun} wipes clean with soap and water.',
    ],
  },
  camping: {
    styles: ['Ultralight', 'Four Season', 'Compact', 'Expedition', 'Folding', 'Waterproof', 'Trail', 'Family'],
    materials: { Nylon: 'Synthetic', Canvas: 'Cotton', Polyester: 'Synthetic' },
    coloured: true,
    axes: [colour, sizes],
    grams: [700, 6000],
    phrases: [
      'Packs down to the size of a loaf of bread.',
      'Kept its promise on a week of rain in the hills.',
      'Every part of the {noun} can be repaired or replaced.',
    ],
  },
  gear: {
    styles: ['Ultralight', 'Compact', 'Expedition', 'Folding', 'Waterproof', 'Trail', 'Commuter', 'Touring'],
    materials: { Titanium: 'Metal', Aluminium: 'Metal', Carbon: 'Synthetic', Steel: 'Metal' },
    coloured: true,
    axes: [colour, sizes],
    grams: [60, 900],
    phrases: [
      'Weighs so little that it is forgotten until it is needed.',
      'Kept its promise through a week of rain in the hills.',
      'Every part of the {noun} can be repaired or replaced.',
    ],
  },
  care: {
    styles: ['Gentle', 'Rich', 'Daily', 'Overnight', 'Unscented', 'Organic', 'Soothing', 'Rose', 'Lavender', 'Citrus'],
    materials: {},
    coloured: false,
    axes: [
      axis('Size', 0.6, '50 ml', '100 ml', '200 ml', '400 ml'),
      axis('Scent', 0, 'Unscented', 'Lavender', 'Rose', 'Citrus', 'Cedar'),
    ],
    grams: [60, 500],
    phrases: [
      'Made without parabens, silicones or perfume oils from palm.',
      'Suits sensitive skin; never tested on animals.',
      'A little of the {noun} goes a long way.',
    ],
  },
  toys: {
    styles: ['Big', 'Giant', 'Classic', 'Magnetic', 'Rainbow', 'Travel', 'Mini', 'Glow in the Dark'],
    materials: { Beech: 'Wood', Maple: 'Wood', Bamboo: 'Wood', Cork: 'Wood' },
    coloured: true,
    axes: [axis('Age', 0.1, '1+', '3+', '5+', '8+'), colour],
    grams: [100, 2500],
    phrases: [
      'No batteries, no screen, hours of play.',
      'Painted with colours that are safe to chew.',
      'The {noun} comes in a box that becomes part of the game.',
    ],
  },
  games: {
    styles: ['Cooperative', 'Strategy', 'Family', 'Travel', 'Classic', 'Two Player', 'Mystery', 'Quick'],
    materials: { Cardboard: 'Paper', Walnut: 'Wood', Linen: 'Linen' },
    coloured: false,
    axes: [axis('Language', 0, 'English', 'German', 'French', 'Spanish'), axis('Edition', 0.5, 'Standard', 'Deluxe')],
    grams: [120, 2200],
    phrases: [
      'Learned in ten minutes, played for years.',
      'For two to six players from the age of eight.',
      'The rules of the {noun} fit on one page.',
    ],
  },
  garden: {
    styles: ['Weatherproof', 'Self-Watering', 'Hanging', 'Classic', 'Raised', 'Round', 'Stackable', 'Frost-Proof'],
    materials: { Teak: 'Wood', Steel: 'Metal', Terracotta: 'Ceramic', Zinc: 'Metal', Slate: 'Stone' },
    coloured: true,
    axes: [sizes, colour],
    grams: [200, 15000],
    phrases: [
      'Stays outside all year and ages well.',
      'Holes at the bottom let the water out.',
      'Frost does the {noun} no harm.',
    ],
  },
  gardenTools: {
    styles: ['Long Handled', 'Compact', 'Heavy Duty', 'Classic', 'Ergonomic', 'Folding', 'Forged', 'Balanced'],
    materials: { Steel: 'Metal', Ash: 'Wood', Zinc: 'Metal', Copper: 'Metal' },
    coloured: true,
    axes: [sizes, colour],
    grams: [200, 4000],
    phrases: [
      'Rinse it, dry it, and it is good for the next year.',
      'The handle can be replaced.',
      'The {noun} does its work without hurting the back.',
    ],
  },
  hotDrinks: {
    ...food,
    styles: ['Organic', 'Roasted', 'Single Estate', 'Vanilla', 'Ginger', 'Orange', 'Breakfast', 'Decaf'],
  },
  pantry: {
    ...food,
    styles: ['Organic', 'Smoked', 'Wild', 'Stone Ground', 'Early Harvest', 'Aged', 'Mountain', 'Island'],
  },
  sweets: { ...food, styles: ['Organic', 'Dark', 'Salted', 'Vanilla', 'Ginger', 'Orange', 'Hazelnut', 'Almond'] },
  stationery: {
    styles: ['Dotted', 'Ruled', 'Refillable', 'Pocket', 'Weekly', 'Fine', 'Hardback', 'Illustrated'],
    materials: { Linen: 'Linen', Leather: 'Leather', Cotton: 'Paper', Kraft: 'Paper', Recycled: 'Paper' },
    coloured: true,
    axes: [colour, axis('Format', 0.3, 'A6', 'A5', 'A4', 'A3'), packs],
    grams: [15, 900],
    phrases: [
      'Ink neither bleeds through nor feathers.',
      'Lies flat wherever it is opened.',
      'Made to be used up and bought again.',
    ],
  },
  writing: {
    styles: ['Fine', 'Broad', 'Refillable', 'Pocket', 'Soft', 'Artist', 'Student', 'Retractable'],
    materials: { Brass: 'Metal', Cedar: 'Wood', Aluminium: 'Metal', Resin: 'Synthetic' },
    coloured: true,
    axes: [colour, packs],
    grams: [10, 400],
    phrases: [
      'Glides over the paper and does not smear.',
      'Lies so well in the hand that a long letter is a pleasure.',
      'Made to be used up and bought again.',
    ],
  },
} as const satisfies Record<string, Profile>
