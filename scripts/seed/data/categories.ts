/**
 * The category tree: three levels. A leaf has the price of a usual thing of its sort (USD) and the nouns it is sold
 * under; what it shares with its neighbours is in the profile of its group.
 */
import type { profiles } from './profiles.ts'

type Leaf = readonly [dollars: number, nouns: string]

const group = (profile: keyof typeof profiles, leaves: Record<string, Leaf>) => ({ profile, leaves })

export const tree = {
  'Home & Living': {
    Lighting: group('lighting', {
      'Table Lamps': [79, 'Table Lamp, Reading Lamp, Desk Lamp, Bedside Lamp'],
      'Floor Lamps': [149, 'Floor Lamp, Arc Lamp, Tripod Lamp'],
      'Pendant Lights': [119, 'Pendant Light, Ceiling Light, Chandelier'],
    }),
    Decor: group('decor', {
      Vases: [39, 'Vase, Bud Vase, Floor Vase'],
      'Candle Holders': [24, 'Candle Holder, Lantern, Candlestick'],
      Mirrors: [89, 'Mirror, Wall Mirror, Dressing Mirror'],
    }),
    'Soft Furnishings': group('textiles', {
      Cushions: [35, 'Cushion, Bolster, Floor Cushion'],
      Throws: [75, 'Throw, Blanket'],
      Rugs: [189, 'Rug, Runner, Doormat'],
      'Bed Linen': [95, 'Duvet Cover, Pillowcase, Fitted Sheet'],
    }),
  },
  'Kitchen & Dining': {
    Drinkware: group('drinkware', {
      Mugs: [16, 'Mug, Coffee Mug, Espresso Cup, Tea Cup'],
      Glasses: [14, 'Tumbler, Wine Glass, Water Glass'],
      'Water Bottles': [28, 'Water Bottle, Flask, Travel Cup'],
    }),
    Cookware: group('cookware', {
      Pans: [65, 'Frying Pan, Saute Pan, Wok, Grill Pan'],
      Pots: [95, 'Stock Pot, Casserole, Saucepan'],
      Bakeware: [28, 'Baking Tray, Loaf Tin, Cake Tin'],
    }),
    Tableware: group('tableware', {
      Plates: [18, 'Dinner Plate, Side Plate, Pasta Plate'],
      Bowls: [17, 'Bowl, Cereal Bowl, Serving Bowl'],
    }),
    'Kitchen Tools': group('kitchenTools', {
      Knives: [59, 'Chef Knife, Bread Knife, Paring Knife'],
      'Cutting Boards': [39, 'Cutting Board, Serving Board'],
    }),
  },
  Furniture: {
    Seating: group('upholstery', {
      Sofas: [1190, 'Sofa, Corner Sofa, Sofa Bed, Loveseat'],
      Armchairs: [490, 'Armchair, Reading Chair, Rocking Chair'],
    }),
    Tables: group('furniture', {
      'Dining Tables': [790, 'Dining Table, Kitchen Table'],
      'Coffee Tables': [290, 'Coffee Table, Side Table, Nesting Table'],
      Desks: [390, 'Desk, Standing Desk, Writing Desk'],
      'Dining Chairs': [159, 'Dining Chair, Bench, Bar Stool'],
    }),
    Storage: group('furniture', {
      Bookcases: [320, 'Bookcase, Bookshelf'],
      Cabinets: [450, 'Cabinet, Sideboard, Chest of Drawers'],
    }),
    Bedroom: group('bedroom', {
      'Bed Frames': [690, 'Bed Frame, Day Bed'],
      Mattresses: [590, 'Mattress, Mattress Topper'],
    }),
  },
  Clothing: {
    Tops: group('clothing', {
      'T-Shirts': [28, 'T-Shirt, Long Sleeve T-Shirt, Tank Top'],
      Shirts: [65, 'Shirt, Oxford Shirt, Blouse'],
      Sweaters: [89, 'Sweater, Cardigan, Roll Neck'],
    }),
    Bottoms: group('bottoms', {
      Jeans: [85, 'Jeans'],
      Trousers: [79, 'Trousers, Chinos, Joggers'],
      Skirts: [55, 'Skirt, Pleated Skirt'],
    }),
    Dresses: group('clothing', {
      'Day Dresses': [79, 'Shirt Dress, Wrap Dress, Midi Dress'],
      'Evening Dresses': [149, 'Evening Dress, Slip Dress'],
    }),
    Outerwear: group('outerwear', {
      Jackets: [139, 'Jacket, Bomber Jacket, Overshirt'],
      Coats: [249, 'Coat, Parka, Trench Coat'],
    }),
    Nightwear: group('clothing', {
      Pyjamas: [62, 'Pyjama Set, Nightshirt'],
      'Dressing Gowns': [75, 'Dressing Gown, Kimono'],
    }),
  },
  'Shoes & Bags': {
    Shoes: group('shoes', {
      Sneakers: [99, 'Sneaker, Running Shoe, Tennis Shoe'],
      Boots: [159, 'Boot, Chelsea Boot, Hiking Boot'],
      Sandals: [65, 'Sandal, Clog, Espadrille'],
      'Smart Shoes': [139, 'Loafer, Derby Shoe, Brogue'],
    }),
    Bags: group('bags', {
      Backpacks: [89, 'Backpack, Rucksack, Day Pack'],
      Handbags: [129, 'Handbag, Tote Bag, Crossbody Bag'],
      'Travel Bags': [149, 'Holdall, Suitcase, Wash Bag'],
    }),
  },
  Electronics: {
    Audio: group('electronics', {
      Headphones: [129, 'Headphones, Earbuds, Headset'],
      Speakers: [149, 'Speaker, Bookshelf Speaker, Soundbar'],
      Turntables: [299, 'Turntable, Record Player'],
    }),
    Computing: group('electronics', {
      Keyboards: [89, 'Keyboard, Number Pad'],
      Mice: [49, 'Mouse, Trackball'],
      Monitors: [279, 'Monitor, Portable Monitor'],
    }),
    'Phones & Wearables': group('electronics', {
      'Phone Cases': [25, 'Phone Case, Phone Wallet'],
      Chargers: [35, 'Charger, Power Bank, Charging Cable'],
      'Smart Watches': [199, 'Smart Watch, Fitness Tracker'],
    }),
    Photography: group('electronics', {
      Cameras: [449, 'Camera, Instant Camera, Action Camera'],
      Tripods: [79, 'Tripod, Camera Mount'],
    }),
  },
  'Sports & Outdoors': {
    Fitness: group('fitness', {
      'Yoga Mats': [49, 'Yoga Mat, Yoga Block'],
      Weights: [59, 'Dumbbell, Kettlebell, Ankle Weight'],
      'Resistance Bands': [19, 'Resistance Band, Skipping Rope'],
    }),
    Camping: group('camping', {
      Tents: [289, 'Tent, Tarp, Bivvy'],
      'Sleeping Bags': [149, 'Sleeping Bag, Sleeping Mat'],
    }),
    'Camp Gear': group('gear', {
      'Camp Kitchen': [55, 'Camp Stove, Camp Kettle, Mess Tin'],
    }),
    Cycling: group('gear', {
      'Bike Helmets': [85, 'Bike Helmet'],
      'Bike Lights': [35, 'Bike Light, Rear Light'],
    }),
  },
  'Beauty & Care': {
    'Skin Care': group('care', {
      'Face Creams': [34, 'Face Cream, Day Cream, Night Cream'],
      Serums: [42, 'Serum, Face Oil'],
    }),
    'Hair Care': group('care', {
      Shampoos: [16, 'Shampoo, Conditioner'],
      'Hair Styling': [18, 'Hair Oil, Hair Clay, Hair Mask'],
    }),
    'Bath & Body': group('care', {
      Soaps: [9, 'Soap, Hand Wash, Shower Gel'],
      'Body Lotions': [19, 'Body Lotion, Hand Cream, Body Butter'],
    }),
  },
  'Toys & Games': {
    Toys: group('toys', {
      'Building Toys': [39, 'Building Set, Block Set, Marble Run'],
      'Soft Toys': [25, 'Bear, Rabbit, Elephant, Doll'],
      Vehicles: [22, 'Train, Car, Tractor, Fire Engine'],
    }),
    Games: group('games', {
      'Board Games': [38, 'Board Game, Chess Set'],
      'Card Games': [15, 'Card Game, Playing Cards'],
      Puzzles: [22, 'Puzzle, Brain Teaser'],
    }),
  },
  Garden: {
    Planting: group('garden', {
      Planters: [45, 'Planter, Plant Pot, Window Box'],
    }),
    'Garden Tools': group('gardenTools', {
      'Digging Tools': [42, 'Spade, Fork, Trowel'],
      'Cutting Tools': [35, 'Pruner, Hedge Shear, Lopper'],
      'Watering Tools': [29, 'Watering Can, Hose Reel, Sprinkler'],
    }),
    'Outdoor Living': group('garden', {
      'Garden Furniture': [249, 'Garden Chair, Garden Bench, Sun Lounger'],
      'Fire Bowls': [139, 'Fire Bowl, Barbecue'],
    }),
  },
  'Food & Drink': {
    'Coffee & Tea': group('hotDrinks', {
      Coffee: [15, 'Coffee Beans, Ground Coffee, Espresso'],
      Tea: [11, 'Green Tea, Black Tea, Herbal Tea'],
    }),
    Pantry: group('pantry', {
      'Oils & Vinegars': [16, 'Olive Oil, Balsamic Vinegar'],
      Preserves: [8, 'Honey, Marmalade, Chutney'],
      Spices: [6, 'Pepper, Paprika, Curry Powder, Sea Salt'],
    }),
    Sweets: group('sweets', {
      Chocolate: [7, 'Chocolate Bar, Truffles'],
      Biscuits: [6, 'Shortbread, Biscuits, Granola'],
    }),
  },
  'Books & Stationery': {
    Paper: group('stationery', {
      Notebooks: [16, 'Notebook, Journal, Sketchbook'],
      Diaries: [24, 'Diary, Planner, Wall Calendar'],
      Cards: [5, 'Greeting Card, Postcard, Gift Wrap'],
    }),
    Writing: group('writing', {
      Pens: [29, 'Fountain Pen, Rollerball Pen, Ballpoint Pen'],
      Pencils: [9, 'Pencil, Mechanical Pencil, Pencil Case'],
    }),
    'Art Supplies': group('writing', {
      Paints: [32, 'Paint Set, Ink Set'],
      Brushes: [14, 'Brush, Brush Set'],
    }),
  },
}
