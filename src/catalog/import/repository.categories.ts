/** Finds categories by their titles from the top of the tree down, and creates those that are missing. */
import type { Client } from './repository.ts'

interface Category {
  id: string
  slug: string
}

/** The key of a category path in the map that `resolveCategories` returns. */
export const categoryKey = (titles: readonly string[]) => titles.join('\0')

/** The ids of the categories at the end of `paths`, by key. */
export async function resolveCategories(client: Client, paths: string[][]): Promise<Map<string, string>> {
  const resolved = new Map<string, Category>()
  const deepest = Math.max(0, ...paths.map((path) => path.length))
  for (let depth = 1; depth <= deepest; depth++) {
    const level = new Map(
      paths.filter((path) => path.length >= depth).map((path) => [categoryKey(path.slice(0, depth)), path]),
    )
    const wanted = [...level].map(([key, path]) => ({
      key,
      title: path[depth - 1] ?? '',
      parent: resolved.get(categoryKey(path.slice(0, depth - 1))),
    }))
    const found = await find(client, wanted)
    for (const { key, title, parent } of wanted) {
      resolved.set(key, found.get(key) ?? (await create(client, title, parent)))
    }
  }
  return new Map([...resolved].map(([key, { id }]) => [key, id]))
}

async function find(
  client: Client,
  wanted: { key: string; title: string; parent: Category | undefined }[],
): Promise<Map<string, Category>> {
  const { rows } = await client.query<Category & { n: number }>(
    `SELECT DISTINCT ON (w.n) w.n, c.id, c.slug
     FROM jsonb_to_recordset($1) AS w(n int, parent_id uuid, title text)
     JOIN category c ON c.title = w.title AND c.parent_id IS NOT DISTINCT FROM w.parent_id
     ORDER BY w.n, c.position, c.id`,
    [JSON.stringify(wanted.map(({ title, parent }, n) => ({ n, title, parent_id: parent?.id })))],
  )
  return new Map(rows.map((row) => [wanted[row.n]?.key ?? '', row]))
}

/** The path is the parent's at this moment: who moves it holds the table, and this waits for that. */
async function create(client: Client, title: string, parent: Category | undefined): Promise<Category> {
  const { rows } = await client.query<Category>(
    `INSERT INTO category (parent_id, title, slug, path, position)
     SELECT $1::uuid, $2, s.slug, coalesce((SELECT path FROM category WHERE id = $1::uuid), '/') || s.slug || '/',
       (SELECT coalesce(max(position) + 1, 0) FROM category WHERE parent_id IS NOT DISTINCT FROM $1::uuid)
     FROM unnest($3::text[]) WITH ORDINALITY AS s(slug, n)
     WHERE NOT EXISTS (SELECT FROM category c WHERE c.slug = s.slug)
     ORDER BY s.n LIMIT 1
     RETURNING id, slug`,
    [parent?.id, title, slugsFor(title, parent?.slug)],
  )
  if (!rows[0]) throw new Error(`No free slug for the category "${title}"`)
  return rows[0]
}

/** Slugs to try: of the title alone, with the parent's before it, then numbered. */
function slugsFor(title: string, parent: string | undefined): string[] {
  const own = kebab(title)
  const long = parent ? `${parent.slice(0, 60)}-${own}` : own
  return [...new Set([own, long]), ...Array.from({ length: 200 }, (_, index) => `${long}-${index + 2}`)]
}

function kebab(title: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
  return [...(words?.join('-') ?? '')].slice(0, 60).join('').replace(/-$/, '') || 'category'
}
