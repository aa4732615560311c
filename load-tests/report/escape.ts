/** Text for HTML and SVG. */

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escapeText = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
