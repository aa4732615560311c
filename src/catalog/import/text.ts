/** Descriptions from HTML to plain text: what a reader would see, without looks. */
import { decodeEntities } from './entities.ts'

const skipped = 'script|style|template|noscript|head|title|svg|iframe|object'
const blocks =
  'address|article|aside|blockquote|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|pre|section|table|tr|ul'

// Unquoted parts of a tag exclude "<": a tag that never ends stops the search at the next one, not at the end.
const tag = new RegExp(
  [
    '<!--[^]*?(?:-->|$)',
    `<(?<skipped>${skipped})(?=[\\s/>])[^<>]*(?<!/)>[^]*?(?:</\\k<skipped>\\s*>|$)`,
    '<(?<close>/?)(?<name>[a-z][a-z0-9:-]*)(?:[^<>"\']|"[^"]*"|\'[^\']*\')*>',
    '<[!?][^<>]*>',
  ].join('|'),
  'gi',
)
// Where blocks meet, their ends are one: a line break, or an empty line if one of them is a paragraph's.
const line = '\v'
const paragraph = '\f'
const breaks = / *[\v\f][ \v\f]*/g
const block = new RegExp(`^(?:${blocks})$`, 'i')

/** The text in `html`: no tags, scripts or styles, entities decoded, a line for each block, a dash for each list item. */
export function htmlToText(html: string): string {
  const isHtml = html.search(tag) >= 0
  const source = isHtml ? html.replace(/\s+/g, ' ') : html
  const text = source.replace(tag, (...match) => {
    const { name, close } = match.at(-1) as { name?: string; close?: string }
    if (name === undefined) return ''
    if (/^li$/i.test(name)) return close ? line : `${line}- `
    if (/^t[dh]$/i.test(name)) return ' '
    if (/^br$/i.test(name)) return '\n'
    if (/^p$/i.test(name)) return paragraph
    return block.test(name) ? line : ''
  })
  return tidy(decodeEntities(text.replace(breaks, (run) => (run.includes(paragraph) ? '\n\n' : '\n'))))
}

function tidy(text: string): string {
  return text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
