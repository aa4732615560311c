/** HTML's character references to characters: numeric ones, and the names that occur in product descriptions. */

// The names of U+00A0 to U+00FF, in that order.
const latin1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro ' +
  'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil ' +
  'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
  'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml ' +
  'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute ' +
  'thorn yuml'

const others =
  'amp & lt < gt > quot " apos \' ndash – mdash — lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ lsaquo ‹ rsaquo › ' +
  'bull • hellip … prime ′ Prime ″ euro € trade ™ larr ← uarr ↑ rarr → darr ↓ minus − infin ∞ asymp ≈ ne ≠ le ≤ ge ≥ ' +
  'OElig Œ oelig œ Scaron Š scaron š Yuml Ÿ fnof ƒ dagger † Dagger ‡ permil ‰ check ✓ star ☆ hearts ♥'

const names = new Map(latin1.split(' ').map((name, index) => [name, String.fromCharCode(0xa0 + index)]))
const pairs = others.split(' ')
for (let index = 0; index < pairs.length; index += 2) names.set(pairs[index] ?? '', pairs[index + 1] ?? '')
for (const name of ['ensp', 'emsp', 'thinsp']) names.set(name, ' ')
for (const name of ['zwnj', 'zwj', 'lrm', 'rlm']) names.set(name, '')

const windows1252 = new TextDecoder('windows-1252')

/** `text` with its character references decoded once; a name nobody knows stays as it is. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7}|x[0-9a-f]{1,6})|([a-z][a-z0-9]{1,9}));/gi, (reference, number, name) =>
    number ? character(Number(number.replace(/^x/i, '0x'))) : (names.get(name) ?? reference),
  )
}

function character(code: number): string {
  // What the HTML standard prescribes: 128 to 159 are meant as Windows-1252.
  if (code >= 0x80 && code < 0xa0) return windows1252.decode(Uint8Array.of(code))
  const control = code < 0x20 && code !== 0x09 && code !== 0x0a
  const surrogate = code >= 0xd800 && code < 0xe000
  return control || surrogate || code === 0x7f || code > 0x10ffff ? '' : String.fromCodePoint(code)
}
