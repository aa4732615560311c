/** The category tree as a list of nodes, parents first, and its leaves, which have the products. */
import { tree } from './data/categories.ts'
import type { Profile } from './data/profile.ts'
import { profiles } from './data/profiles.ts'
import { type Random, randomFor, shuffled, zipf } from './random.ts'
import { kebab } from './slug.ts'

export interface Node {
  slug: string
  title: string
  /** Slug of the parent. */
  parent: string | null
  position: number
  /** 0 for those at the top. */
  depth: number
}

export interface Leaf {
  category: string
  nouns: string[]
  /** What a usual thing of this sort costs. */
  dollars: number
  profile: Profile
}

export const nodes: Node[] = []
export const leaves: Leaf[] = []

function grow(title: string, parent: Node | null, position: number): Node {
  const depth = parent ? parent.depth + 1 : 0
  const node: Node = { slug: kebab(title), title, parent: parent?.slug ?? null, position, depth }
  nodes.push(node)
  return node
}

for (const [top, [title, groups]] of Object.entries(tree).entries()) {
  const root = grow(title, null, top)
  for (const [middle, [groupTitle, group]] of Object.entries(groups).entries()) {
    const branch = grow(groupTitle, root, middle)
    for (const [last, [leafTitle, [dollars, nouns]]] of Object.entries(group.leaves).entries()) {
      const { slug } = grow(leafTitle, branch, last)
      leaves.push({ category: slug, nouns: nouns.split(', '), dollars, profile: profiles[group.profile] })
    }
  }
}

/**
 * The largest category has some sixty times the products of the smallest. Which one is large has nothing to do with the
 * tree; this seed puts table lamps and mugs first, which the examples in the docs ask for.
 */
export const pickLeaf: (random: Random) => Leaf = zipf(shuffled(leaves, randomFor(2240)), 0.9)
