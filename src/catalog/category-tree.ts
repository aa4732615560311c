/** The category tree, from rows to nodes, and finding one's way in it. */
import type { CategoryRow } from './repository.categories.ts'
import type { Category, CategoryNode } from './schema.ts'

export type CategoryTree = CategoryNode[]

/** The roots, each with all below it. Siblings keep the order of `rows`. */
export function createTree(rows: CategoryRow[]): CategoryTree {
  const nodes = new Map(rows.map(({ parentId, ...row }) => [row.id, { ...row, children: [] as CategoryNode[] }]))
  const roots: CategoryTree = []
  for (const { id, parentId } of rows) {
    const node = nodes.get(id)
    const siblings = parentId === null ? roots : nodes.get(parentId)?.children
    if (node) siblings?.push(node)
  }
  return roots
}

/** The category with this slug, with its ancestors and children; undefined when there is none. */
export function findCategory(tree: CategoryTree, slug: string, ancestors: CategoryNode[] = []): Category | undefined {
  for (const node of tree) {
    if (node.slug === slug) {
      return { ...bare(node), ancestors: ancestors.map(bare), children: node.children.map(bare) }
    }
    const found = findCategory(node.children, slug, [...ancestors, node])
    if (found) return found
  }
  return undefined
}

const bare = ({ id, slug, title, path }: CategoryNode) => ({ id, slug, title, path })
