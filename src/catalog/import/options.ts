/** Where the options of a product in the file meet those the database has. */

export interface PlannedOption {
  /** undefined: a new one. */
  id: string | undefined
  name: string
  position: number
}

/**
 * The options of a product once `names` (in order) have been brought in: those of the same name move to their place, a
 * name nobody has takes over the option that had its place, if the file has left that one out, and else is added. None
 * is removed: those left over come last.
 */
export function planOptions(
  existing: readonly { id: string; name: string }[],
  names: readonly string[],
): PlannedOption[] {
  const named = new Set(names)
  const planned = names.map((name, position): PlannedOption => {
    const same = existing.find((option) => option.name === name)
    const place = existing[position]
    const renamed = place && !named.has(place.name) ? place : undefined
    return { id: (same ?? renamed)?.id, name, position }
  })
  const kept = new Set(planned.map(({ id }) => id))
  const rest = existing.filter(({ id }) => !kept.has(id))
  return [...planned, ...rest.map(({ id, name }, index) => ({ id, name, position: names.length + index }))]
}
