/** Another valid value for every column of every cached table: what test/every-column.test.ts sets, one by one. */

export interface TableChanges {
  /** The row that is changed. */
  where: string
  /** Column → its new value as SQL, and what has to change with it. */
  columns: Record<string, string | [value: string, ...along: string[]]>
  /** Columns that no read shows: what is cached and what is not must agree all the same. */
  unseen?: readonly string[]
}

const one = (query: string) => `(SELECT ${query})`
const product = (slug: string) => one(`id FROM product WHERE slug = '${slug}'`)
const variant = (sku: string) => one(`id FROM variant WHERE sku = '${sku}'`)
const later = `now() + interval '1 hour'`
const earlier = `now() - interval '1 hour'`
const long = `'2001-02-03T04:05:06Z'`
const subject = `product_id = ${product('blue-mug')}`
const subjectVariant = `variant_id = ${variant('blue-s')}`
const times = { created_at: long, updated_at: long }

export const changes: Record<string, TableChanges> = {
  category: {
    where: `slug = 'lamps'`,
    columns: {
      id: 'uuidv7()',
      parent_id: one(`id FROM category WHERE slug = 'garden'`),
      slug: [`'lights'`, `path = '/home/lights/'`],
      title: `'Lights'`,
      path: `'/garden/lamps/'`,
      position: '99',
      version: 'version + 1',
      ...times,
    },
    unseen: ['version', 'created_at', 'updated_at'],
  },
  product: {
    where: `slug = 'blue-mug'`,
    columns: {
      id: 'uuidv7()',
      slug: `'azure-mug'`,
      title: `'The Zaffre Mug'`,
      description: `'For chocolate.'`,
      vendor: `'Potters'`,
      status: `'draft'`,
      category_id: one(`id FROM category WHERE slug = 'garden'`),
      tags: `'{sale}'`,
      version: 'version + 1',
      search: `to_tsvector('english', 'submarine')`,
      ...times,
    },
  },
  product_option: {
    where: `${subject} AND name = 'Size'`,
    columns: { id: 'uuidv7()', product_id: product('red-mug'), name: `'Volume'`, position: '99' },
    unseen: ['id'],
  },
  product_option_value: {
    where: `value = 'S'`,
    columns: {
      id: 'uuidv7()',
      option_id: one(`id FROM product_option WHERE name = 'Finish'`),
      value: `'XS'`,
      position: '99',
    },
    unseen: ['id'],
  },
  variant: {
    where: `sku = 'blue-s'`,
    columns: {
      id: 'uuidv7()',
      product_id: product('red-mug'),
      media_id: one(`id FROM media WHERE url = 'https://img.test/2'`),
      sku: `'blue-small'`,
      barcode: `'4006381333931'`,
      title: `'Small'`,
      position: '99',
      weight_grams: '350',
      version: 'version + 1',
      deleted_at: 'now()',
      backorder: 'true',
      ...times,
    },
    unseen: ['version', 'created_at', 'updated_at'],
  },
  variant_option_value: {
    where: subjectVariant,
    columns: { variant_id: variant('red-1'), option_value_id: one(`id FROM product_option_value WHERE value = 'L'`) },
  },
  price: {
    where: `${subjectVariant} AND currency = 'USD'`,
    columns: {
      id: 'uuidv7()',
      variant_id: variant('red-1'),
      currency: `'GBP'`,
      min_quantity: '5',
      amount_minor: '123456',
      compare_at_minor: '9999',
      valid_from: later,
      valid_until: [earlier, `valid_from = now() - interval '2 hours'`],
      revision: 'revision + 1',
      scheduled: 'true',
      ...times,
    },
    unseen: ['id', 'revision', 'scheduled', 'created_at', 'updated_at'],
  },
  media: {
    where: `url = 'https://img.test/1'`,
    columns: {
      id: 'uuidv7()',
      product_id: product('red-mug'),
      url: `'https://img.test/other'`,
      alt: `'From the side'`,
      position: '99',
    },
    unseen: ['id'],
  },
  facet: {
    where: `code = 'colour'`,
    columns: { id: 'uuidv7()', code: `'tint'`, title: `'Tint'`, position: '99' },
    unseen: ['position'],
  },
  facet_value: {
    where: `code = 'blue'`,
    columns: {
      id: 'uuidv7()',
      facet_id: one(`id FROM facet WHERE code = 'season'`),
      code: `'azure'`,
      title: `'Azure'`,
      position: '99',
    },
    unseen: ['id'],
  },
  product_facet_value: {
    where: `${subject} AND facet_value_id = ${one(`id FROM facet_value WHERE code = 'blue'`)}`,
    columns: { product_id: product('red-mug'), facet_value_id: one(`id FROM facet_value WHERE code = 'green'`) },
  },
  stock_level: {
    where: subjectVariant,
    columns: {
      variant_id: variant('red-1'),
      location_id: one(`id FROM location WHERE code = 'south'`),
      on_hand: '0',
      reserved: '10',
      safety_stock: '10',
      backorder: 'true',
      version: 'version + 1',
    },
    unseen: ['backorder', 'version'], // the variant's own is shown
  },
  location: {
    where: `code = 'north'`,
    columns: { id: 'uuidv7()', code: `'northern'`, title: `'The North'` },
    unseen: ['title'],
  },
  app_user: {
    where: `email = 'ada@example.com'`,
    columns: {
      id: 'uuidv7()',
      email: `'ada@example.org'`,
      name: `'Ada L.'`,
      locale: `'de'`,
      currency: `'EUR'`,
      phone: `'+44 20 7946 0000'`,
      marketing: 'true',
      role: `'staff'`,
      status: `'disabled'`,
      version: 'version + 1',
      ...times,
    },
  },
}

/** Made from the tables above by triggers, and written by nobody else. */
export const derived = ['product_listing', 'product_price_range', 'stock_version_base', 'title_word']

/** Tables that no cache depends on. */
export const uncached = [
  ...['_prisma_migrations', 'outbox', 'price_due', 'product_view'],
  ...['stock_movement', 'reservation', 'idempotency_record'],
]

export const userId = '0199a0b0-0000-7000-8000-000000000001'

/** What is changed. */
export const fixture = `
  INSERT INTO category (slug, title, path, position) VALUES ('home', 'Home', '/home/', 0), ('garden', 'Garden', '/garden/', 1);
  INSERT INTO category (slug, title, path, position, parent_id)
    SELECT s, initcap(s), '/home/' || s || '/', n, (SELECT id FROM category WHERE slug = 'home')
    FROM unnest(ARRAY['lamps', 'beds']) WITH ORDINALITY c (s, n);
  INSERT INTO product (slug, title, status, category_id, created_at)
    SELECT s, t, 'active', (SELECT id FROM category WHERE slug = 'lamps'), '2026-01-01'::timestamptz + n * interval '1 day'
    FROM (VALUES ('blue-mug', 'The Blue Mug', 3), ('red-mug', 'The Red Mug', 2), ('bare-mug', 'The Bare Mug', 1)) p (s, t, n);
  INSERT INTO product_option (product_id, name, position)
    SELECT id, name, n FROM product, unnest(ARRAY['Size', 'Finish']) WITH ORDINALITY o (name, n) WHERE slug = 'blue-mug';
  INSERT INTO product_option_value (option_id, value, position)
    SELECT id, value, n FROM product_option, unnest(ARRAY['S', 'L']) WITH ORDINALITY v (value, n) WHERE name = 'Size';
  INSERT INTO media (product_id, url, position)
    SELECT id, 'https://img.test/' || n, n FROM product, generate_series(1, 2) n WHERE slug = 'blue-mug';
  INSERT INTO variant (product_id, sku, title, position, media_id)
    SELECT p.id, sku, sku, n, (SELECT id FROM media WHERE url = 'https://img.test/1' AND sku = 'blue-s')
    FROM (VALUES ('blue-mug', 'blue-s', 1), ('blue-mug', 'blue-l', 2), ('red-mug', 'red-1', 1)) v (slug, sku, n)
    JOIN product p USING (slug);
  INSERT INTO variant_option_value SELECT v.id, o.id FROM variant v, product_option_value o
    WHERE (v.sku, o.value) = ('blue-s', 'S');
  INSERT INTO price (variant_id, currency, amount_minor) SELECT v.id, currency, amount FROM
    (VALUES ('blue-s', 'USD', 900), ('blue-s', 'EUR', 800), ('blue-l', 'USD', 1200), ('red-1', 'EUR', 700)) p (sku, currency, amount)
    JOIN variant v USING (sku);
  INSERT INTO facet (code, title) VALUES ('colour', 'Colour'), ('material', 'Material'), ('season', 'Season');
  INSERT INTO facet_value (facet_id, code, title, position)
    SELECT f.id, v, initcap(v), n FROM (VALUES ('colour', 'blue', 1), ('colour', 'green', 2), ('colour', 'shiny', 3), ('material', 'clay', 1)) x (f, v, n)
    JOIN facet f ON f.code = x.f;
  INSERT INTO product_facet_value SELECT p.id, v.id FROM product p, facet_value v
    WHERE p.slug = 'blue-mug' AND v.code IN ('blue', 'shiny', 'clay');
  INSERT INTO app_user (id, email, name) VALUES ('${userId}', 'ada@example.com', 'Ada');
  INSERT INTO location (code, title) VALUES ('north', 'North'), ('south', 'South');
  INSERT INTO stock_level (variant_id, location_id, on_hand) SELECT v.id, l.id, 10 FROM variant v, location l
    WHERE v.sku = 'blue-s' AND l.code = 'north';
`
