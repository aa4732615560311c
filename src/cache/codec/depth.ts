/** The maximum depth of values. Real data is far from it, and a recursive walk of a much deeper value overflows the stack. */

export const maxDepth = 100

/** Returns whether `value` nests arrays and plain objects more than `levels` deep. Does not look into other objects. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (isDeeper(value[index], levels - 1)) return true
    return false
  }
  for (const key in value) if (isDeeper(value[key as keyof typeof value], levels - 1)) return true
  return false
}
