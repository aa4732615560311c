/** Facets in Postgres: which values there are, and how many products of a list have each. */
import { Prisma } from '../generated/prisma/client.ts'
import { type Database, planWithValues } from '../platform/db.ts'
import { hasAnyOf, type ProductFilter, type Selection, source } from './repository.filter.ts'
import { type FacetCounts, mostFacets, mostFacetValues } from './schema.ts'

export interface FacetRepository {
  /** The ids of what is named by codes; a facet or value that does not exist has none. In the order of `facets`. */
  select(facets: Record<string, string[]>): Promise<Selection[]>
  /**
   * By facet, the values that products of the list have. A facet's own selection does not narrow its own counts: they
   * say what choosing another value, too, would add. A selected value is there even if nothing has it.
   */
  counts(filter: ProductFilter): Promise<FacetCounts>
}

interface Row {
  facet: string
  facetTitle: string
  code: string
  title: string
  count: number
}

const { sql, join, raw } = Prisma

export function createFacetRepository({ prisma, measure }: Database): FacetRepository {
  return {
    select: (facets) =>
      measure('facet.select', async () => {
        const values = Object.values(facets)
        const codes = Object.entries(facets).flatMap(([facet, list]) => list.map(() => facet))
        const rows = await prisma.$queryRaw<{ facet: string; id: string }[]>`
          SELECT f.code AS facet, v.id::text FROM unnest(${codes}::text[], ${values.flat()}::text[]) wanted (facet, value)
          JOIN facet f ON f.code = wanted.facet JOIN facet_value v ON v.facet_id = f.id AND v.code = wanted.value`
        const found = Map.groupBy(rows, ({ facet }) => facet)
        return Object.keys(facets).map((facet) => ({ facet, valueIds: (found.get(facet) ?? []).map(({ id }) => id) }))
      }),
    counts: (filter) =>
      measure('facet.counts', async () => grouped(await prisma.$queryRaw<Row[]>(facetsQuery(filter)))),
  }
}

/**
 * One pass over the products that miss at most one of the selections: who misses none counts everywhere, who misses
 * that of one facet counts for that facet only. Exported so that a test can ask Postgres for its plan.
 */
export function facetsQuery(filter: ProductFilter): Prisma.Sql {
  const { selections = [] } = filter
  const { from, conditions } = source(filter, 'facets')
  const misses = selections.map((selection) => ({ ...selection, miss: sql`(NOT ${hasAnyOf(selection)})` }))
  const whens = misses.map(({ facet, miss }) => sql`WHEN ${miss} THEN ${facet}::text`)
  const missed = whens.length > 0 ? sql`CASE ${join(whens, ' ')} END` : sql`NULL::text`
  const where = [...conditions]
  if (misses.length > 1)
    where.push(
      sql`${join(
        misses.map(({ miss }) => sql`${miss}::int`),
        ' + ',
      )} <= 1`,
    )
  const selected = selections.flatMap(({ valueIds }) => valueIds)

  return sql`${raw(planWithValues)}
    WITH counts AS (
      SELECT value, missed, count(*) AS products
      FROM (
        SELECT unnest(l.facet_values) AS value, ${missed} AS missed
        FROM ${from} WHERE ${join(where, ' AND ')}) each
      GROUP BY value, missed),
    ranked AS (
      SELECT f.code AS facet, f.title AS "facetTitle", f.position AS "facetPosition", v.code, v.title, v.position,
        v.id = ANY (${selected}::uuid[]) AS selected,
        coalesce(sum(products) FILTER (WHERE missed IS NULL OR missed = f.code), 0)::int AS count
      FROM facet_value v JOIN facet f ON f.id = v.facet_id LEFT JOIN counts ON counts.value = v.id
      GROUP BY f.id, v.id)
    SELECT facet, "facetTitle", code, title, count
    FROM (
      SELECT *, row_number() OVER (PARTITION BY facet ORDER BY selected DESC, count DESC, code) AS nth,
        dense_rank() OVER (ORDER BY "facetPosition", facet) AS "facetNth"
      FROM ranked WHERE count > 0 OR selected) numbered
    WHERE nth <= ${mostFacetValues} AND "facetNth" <= ${mostFacets}
    ORDER BY "facetNth", position, code`
}

function grouped(rows: Row[]): FacetCounts {
  const facets = Map.groupBy(rows, ({ facet }) => facet)
  return Array.from(facets, ([code, values]) => ({
    code,
    title: values[0]?.facetTitle ?? '',
    values: values.map(({ code, title, count }) => ({ code, title, count })),
  }))
}
