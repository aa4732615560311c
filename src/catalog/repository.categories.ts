/** The category tree in Postgres. */
import type { Database } from '../platform/db.ts'

export interface CategoryRow {
  id: string
  parentId: string | null
  slug: string
  title: string
  path: string
}

export interface CategoryRepository {
  /** All categories, siblings in their order. */
  all(): Promise<CategoryRow[]>
  /** A category's path, and the ids of it and all below it; undefined when there is no such category. */
  subtree(slug: string): Promise<{ path: string; ids: string[] } | undefined>
}

export function createCategoryRepository({ prisma, measure }: Database): CategoryRepository {
  return {
    all: () =>
      measure('category.all', () =>
        prisma.category.findMany({
          select: { id: true, parentId: true, slug: true, title: true, path: true },
          orderBy: [{ position: 'asc' }, { title: 'asc' }, { id: 'asc' }],
        }),
      ),
    subtree: (slug) =>
      measure('category.subtree', async () => {
        const rows = await prisma.$queryRaw<{ path: string; ids: string[] }[]>`
          SELECT top.path, array_agg(below.id::text) AS ids
          FROM category top JOIN category below ON starts_with(below.path, top.path)
          WHERE top.slug = ${slug} GROUP BY top.path`
        return rows[0]
      }),
  }
}
