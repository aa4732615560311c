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
  /** The ids of a category and all below it; empty when there is no such category. */
  subtreeIds(slug: string): Promise<string[]>
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
    subtreeIds: (slug) =>
      measure('category.subtree', async () => {
        const rows = await prisma.$queryRaw<{ id: string }[]>`
          SELECT below.id::text FROM category top JOIN category below ON starts_with(below.path, top.path)
          WHERE top.slug = ${slug}`
        return rows.map(({ id }) => id)
      }),
  }
}
