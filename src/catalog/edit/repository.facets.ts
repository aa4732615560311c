/** Facets and their values: what lists can be narrowed by. */
import type { Tx } from '../../platform/outbox.ts'
import { facetNotFound } from './errors.ts'
import type { FacetState, UpsertFacet } from './schema.category.ts'

/** Creates the facet, or makes it what is given. Two at once take turns by the facet's row. */
export async function upsertFacet(tx: Tx, { code, title, values }: UpsertFacet): Promise<FacetState> {
  const { rows } = await tx.query<{ id: string }>(
    `INSERT INTO facet (code, title, position)
     VALUES ($1, $2, (SELECT coalesce(max(position) + 1, 0) FROM facet))
     ON CONFLICT (code) DO UPDATE SET title = EXCLUDED.title RETURNING id`,
    [code, title],
  )
  const id = rows[0]?.id ?? ''
  if (values) {
    const codes = values.map((value) => value.code)
    await tx.query('DELETE FROM facet_value WHERE facet_id = $1 AND code <> ALL ($2)', [id, codes])
    await tx.query(
      `INSERT INTO facet_value (facet_id, code, title, position)
       SELECT $1::uuid, x.code, x.title, x.at FROM jsonb_to_recordset($2) AS x (code text, title text, at int)
       ON CONFLICT (facet_id, code) DO UPDATE SET title = EXCLUDED.title, position = EXCLUDED.position
       WHERE (facet_value.title, facet_value.position) <> (EXCLUDED.title, EXCLUDED.position)`,
      [id, JSON.stringify(values.map((value, at) => ({ ...value, at })))],
    )
  }
  return findFacet(tx, code)
}

/** Removes the facet with all its values, from products too; gives what it was. Throws FACET_NOT_FOUND. */
export async function removeFacet(tx: Tx, { code }: { code: string }): Promise<FacetState> {
  await tx.query('SELECT FROM facet WHERE code = $1 FOR UPDATE', [code])
  const facet = await findFacet(tx, code)
  await tx.query('DELETE FROM facet WHERE id = $1', [facet.id])
  return facet
}

async function findFacet(tx: Tx, code: string): Promise<FacetState> {
  const { rows } = await tx.query<FacetState>(
    `SELECT f.id::text, f.code, f.title, f.position, to_jsonb(ARRAY(
       SELECT jsonb_build_object('code', v.code, 'title', v.title)
       FROM facet_value v WHERE v.facet_id = f.id ORDER BY v.position, v.code)) AS values
     FROM facet f WHERE f.code = $1`,
    [code],
  )
  if (!rows[0]) throw facetNotFound()
  return rows[0]
}
