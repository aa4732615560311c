/** "Bouclé Armchair" → "boucle-armchair". */
export function kebab(words: string): string {
  const plain = words.normalize('NFD').replace(/\p{Mark}/gu, '')
  return (
    plain
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.join('-') ?? ''
  )
}
