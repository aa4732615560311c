/**
 * The rows that are the same whatever the number of products: category tree, facets, location. What is there already,
 * whoever made it, stays as it is; products refer to it by slug or code.
 */
import type pg from 'pg'
import { facets } from './data/facets.ts'
import { idsOfReference } from './ids.ts'
import { nodes } from './leaves.ts'
import { kebab } from './slug.ts'
import { preparedAt } from './time.ts'

export interface Reference {
  /** Ids by slug. */
  categories: Map<string, string>
  /** Ids by `facet:value`. */
  facetValues: Map<string, string>
  locationId: string
}

/** Makes what is missing, and gives the ids of all of it. */
export async function prepareReference(client: pg.Client): Promise<Reference> {
  await insertCategories(client)
  await insertFacets(client)
  await client.query(
    `INSERT INTO location (id, code, title) VALUES ($1, 'main', 'Main warehouse') ON CONFLICT DO NOTHING`,
    [idsOfReference(3)()],
  )
  const location = await client.query<{ id: string }>(`SELECT id FROM location WHERE code = 'main'`)
  return {
    categories: await pairs(client, 'SELECT slug, id FROM category'),
    facetValues: await pairs(
      client,
      `SELECT f.code || ':' || v.code, v.id FROM facet f JOIN facet_value v ON v.facet_id = f.id`,
    ),
    locationId: location.rows[0]?.id ?? '',
  }
}

/** Level by level: a path begins with the parent's as it is in the database. */
async function insertCategories(client: pg.Client): Promise<void> {
  const nextId = idsOfReference(0)
  const rows = nodes.map((node) => ({ id: nextId(), ...node }))
  for (const depth of [0, 1, 2]) {
    await client.query(
      `INSERT INTO category (id, parent_id, slug, title, path, position, created_at, updated_at)
       SELECT c.id, p.id, c.slug, c.title, coalesce(p.path, '/') || c.slug || '/', c.position, $2, $2
       FROM jsonb_to_recordset($1) AS c (id uuid, parent text, slug text, title text, position int)
       LEFT JOIN category p ON p.slug = c.parent
       ON CONFLICT DO NOTHING`,
      [JSON.stringify(rows.filter((row) => row.depth === depth)), new Date(preparedAt)],
    )
  }
}

async function insertFacets(client: pg.Client): Promise<void> {
  const nextFacetId = idsOfReference(1)
  const nextValueId = idsOfReference(2)
  const facetRows = Object.entries(facets).map(([name, { title }], position) => ({
    id: nextFacetId(),
    code: name,
    title,
    position,
  }))
  const valueRows = Object.entries(facets).flatMap(([facet, { values }]) =>
    values.map((title, position) => ({ id: nextValueId(), facet, code: kebab(title), title, position })),
  )
  await client.query(
    `INSERT INTO facet (id, code, title, position)
     SELECT id, code, title, position
     FROM jsonb_to_recordset($1) AS f (id uuid, code text, title text, position int)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(facetRows)],
  )
  await client.query(
    `INSERT INTO facet_value (id, facet_id, code, title, position)
     SELECT v.id, f.id, v.code, v.title, v.position
     FROM jsonb_to_recordset($1) AS v (id uuid, facet text, code text, title text, position int)
     JOIN facet f ON f.code = v.facet
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(valueRows)],
  )
}

async function pairs(client: pg.Client, sql: string): Promise<Map<string, string>> {
  const { rows } = await client.query<[string, string]>({ text: sql, rowMode: 'array' })
  return new Map(rows)
}
