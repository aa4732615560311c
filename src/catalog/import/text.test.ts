import { describe, expect, it } from 'vitest'
import { htmlToText } from './text.ts'

describe('descriptions', () => {
  it.each([
    ['plain text', 'Blue & soft', 'Blue & soft'],
    ['plain text of several lines', 'Blue\nand  soft ', 'Blue\nand soft'],
    ['less-than signs that are no tags', 'if 3 < 5 and 5 > 3', 'if 3 < 5 and 5 > 3'],
    ['paragraphs', '<p>One</p><p>Two</p>', 'One\n\nTwo'],
    ['line breaks', 'One<br>Two<br/>Three<BR />Four', 'One\nTwo\nThree\nFour'],
    ['a list', '<ul><li>red</li><li>blue</li></ul>', '- red\n- blue'],
    ['blocks within blocks', '<div>a<div>b</div></div><h2>c</h2> <p>d</p>', 'a\nb\nc\n\nd'],
    ['inline tags', 'so <b>very</b> <a href="x>y">nice</a>', 'so very nice'],
    ['a table', '<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>', 'a b\nc'],
    ['newlines in HTML, which are spaces', '<p>One\n  and\r\nthe same</p>', 'One and the same'],
    ['scripts', 'a<script type="x">if (1 < 2) alert("</p>")</script>b', 'ab'],
    ['styles', '<style>p { color: red }</style>Red', 'Red'],
    ['a script that never ends', 'a<script>alert(1)', 'a'],
    ['an empty script tag', 'a<script src="x" />b', 'ab'],
    ['comments', 'a<!-- <p>no</p> -->b<!-- never ends', 'ab'],
    ['a doctype', '<!DOCTYPE html><html><head><title>T</title></head><body>B</body></html>', 'B'],
    ['a tag that never ends', 'one <b', 'one <b'],
    ['tags written as text', '&lt;b&gt; is a tag', '<b> is a tag'],
    ['references decoded once', '&amp;lt;', '&lt;'],
    ['names', 'caf&eacute;&nbsp;&ndash;&nbsp;5&deg;&trade;', 'café – 5°™'],
    ['numbers', '&#233;&#xE9;&#x1F600;', 'éé😀'],
    ['numbers that are meant as Windows-1252', 'it&#146;s', 'it’s'],
    ['names nobody knows', 'AT&T &nope; &;', 'AT&T &nope; &;'],
    ['what no database takes', 'a&#0;b&#xD800;c&#1114112;d', 'abcd'],
    ['nothing but tags', '<p> </p><br>', ''],
  ])('given %s, when read, then it is what a reader sees', (_, html, text) => {
    expect(htmlToText(html)).toBe(text)
  })

  it('given tags that never end by the thousand, when read, then it is done at once', () => {
    for (const part of ['<a ', '<script ', '<!--', '<a "', `<a '"`, '<!', '&#', '<script><', '< ']) {
      expect(htmlToText(part.repeat(50_000)).length).toBeGreaterThanOrEqual(0)
    }
  })
})
