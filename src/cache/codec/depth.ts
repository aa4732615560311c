/** How deep values may nest: nobody's data comes near it, and whoever walks a deeper value overflows the stack. */

export const maxDepth = 100

/** Whether `value` nests arrays and objects more than `levels` deep. Looks into nothing else. */
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
