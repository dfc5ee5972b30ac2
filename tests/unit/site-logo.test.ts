import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { readLogoFile } from '../../server/site/read-logo.ts'
import { cleanSvg } from '../../server/site/svg.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

const NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'

const svg = (content: string, attributes = '') => `<svg ${NAMESPACES} ${attributes}>${content}</svg>`

function logoOf(content: string | Buffer) {
  const file = join(temporaryFolder(), 'logo')
  writeFileSync(file, content)
  return readLogoFile(file)
}

test('Roster’s own icons are logos', () => {
  const icon = readLogoFile('public/icon.svg')
  expect(icon).toMatchObject({ contentType: 'image/svg+xml; charset=utf-8', sizes: 'any' })
  expect(Buffer.from(icon.bytes).toString()).toContain('<circle cx="10.5" cy="11" r="3.5"/>')
  expect(readLogoFile('public/icon-192.png')).toMatchObject({ contentType: 'image/png', sizes: '192x192' })
})

describe('a picture keeps', () => {
  test.each([
    [
      'gradients and clips of its own',
      svg('<linearGradient id="a"/><path fill="url(#a)" clip-path="url(\'#b\')" style="mask: url( #c )"/>'),
    ],
    ['what it uses of its own', svg('<symbol id="a"/><use xlink:href="#a"/><use href="#a"/>')],
    ['its style', svg('<style>.a &gt; .b { fill: #123456 }</style><g class="a"/>')],
    [
      'names of editors on its attributes',
      svg('<g inkscape:label="x" data-name="&quot;&amp;&lt;é"/>', 'xmlns:inkscape="http://inkscape.org"'),
    ],
  ])('%s', (_, text) => {
    const cleaned = cleanSvg(`<?xml version="1.0" encoding="UTF-8"?>\n<!-- made by hand -->\n${text}\n`)
    const again = 'svg' in cleaned ? cleanSvg(cleaned.svg) : cleaned
    expect(again).toEqual(cleaned)
    for (const word of text.match(/url\([^)]*\)|#\w+|class="a"|&quot;&amp;&lt;é|inkscape:label/g) ?? [])
      expect('svg' in cleaned && cleaned.svg.replaceAll('&apos;', "'")).toContain(word)
  })
})

describe('a picture is refused for', () => {
  test.each([
    ['a script', svg('<script>alert(1)</script>'), 'has the element <script>'],
    ['a script of another prefix', svg('<s:script xmlns:s="http://www.w3.org/2000/svg"/>'), 'has the element <s:script>'],
    ['a script in capitals', svg('<SCRIPT/>'), 'has the element <SCRIPT>'],
    ['a script in CDATA of a style', svg('<style><![CDATA[ @import "//evil.example"; ]]></style>'), 'has a style that loads something'],
    ['an event', svg('', 'onload="alert(1)"'), 'has the attribute onload in <svg>'],
    ['an event in capitals', svg('<g OnClick="alert(1)"/>'), 'has the attribute OnClick in <g>'],
    ['HTML', svg('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'), 'has the element <foreignObject>'],
    ['an element of HTML', svg('<style xmlns="http://www.w3.org/1999/xhtml"/>'), 'has the attribute xmlns in <style>'],
    ['a picture', svg('<image href="data:image/png;base64,"/>'), 'has the element <image>'],
    ['a picture in a filter', svg('<feImage href="https://evil.example/"/>'), 'has the element <feImage>'],
    ['a link', svg('<a href="javascript:alert(1)"/>'), 'has the element <a>'],
    ['an animation', svg('<set attributeName="href" to="javascript:alert(1)"/>'), 'has the element <set>'],
    ['a use from elsewhere', svg('<use href="https://evil.example/#a"/>'), 'has a reference to "https://evil.example/#a" in <use>'],
    ['a use with any prefix', svg('<use x:href="//evil.example/#a" xmlns:x="http://www.w3.org/1999/xlink"/>'), 'has a reference'],
    ['a base elsewhere', svg('<use href="#a"/>', 'xml:base="https://evil.example/"'), 'has the attribute xml:base'],
    ['a paint from elsewhere', svg('<g fill="url(https://evil.example/#a)"/>'), 'has the value "url(https://evil.example/#a)" in <g>'],
    ['a paint in quotes', svg(`<g style="fill: URL( '//evil.example')"/>`), 'has the value'],
    ['a paint in references', svg('<g fill="&#117;rl(//evil.example)"/>'), 'has the value'],
    ['a paint with escapes', svg('<g style="fill:u\\72l(//evil.example)"/>'), 'has the value'],
    ['a set of pictures', svg('<style>g{background:image-set("//evil.example" 1x)}</style>'), 'has a style that loads something'],
    ['an import', svg('<style>@IMPORT url(x);</style>'), 'has a style that loads something'],
    ['entities', `<!DOCTYPE svg [<!ENTITY a "b">]>${svg('&a;')}`, 'has a DOCTYPE'],
    ['what is not XML', svg('<g>'), 'is not well-formed'],
    ['another root', `<html><body>${svg('')}</body></html>`, 'has no <svg> at its root'],
    ['two roots', svg('') + svg(''), /root|well-formed/],
    ['no namespace', '<svg/>', 'has no xmlns="http://www.w3.org/2000/svg"'],
    ['a namespace of HTML', '<svg xmlns="http://www.w3.org/1999/xhtml"/>', 'has no xmlns'],
    ['depth', svg('<g>'.repeat(5_000) + '</g>'.repeat(5_000)), /./],
  ])('%s', (_, text, problem) => {
    const cleaned = cleanSvg(text)
    expect('problem' in cleaned ? cleaned.problem : cleaned.svg).toMatch(problem)
    expect(cleaned).toHaveProperty('problem')
  })
})

describe('a file is refused for', () => {
  const png = readFileSync(join(ROOT, 'public/icon-192.png'))
  const wide = Buffer.from(png)
  wide.writeUInt32BE(2_049, 16)

  test.each([
    ['its size', Buffer.alloc(65_537, ' '), 'it has 65537 bytes; every visitor loads it, so it may have at most 65536'],
    ['another format', Buffer.from('GIF89a'), /is not well-formed|has no <svg>/],
    ['UTF-16', Buffer.from(svg(''), 'utf16le'), /UTF-8|well-formed|<svg>/],
    ['bytes that are not UTF-8', Buffer.from([0xff, 0xd8, 0xff]), 'it is neither a PNG nor an SVG in UTF-8'],
    ['half a PNG', png.subarray(0, 40), 'it is an incomplete PNG'],
    ['a PNG of many pixels', wide, 'it is 2049 by 192 pixels; it may be at most 2048 in each direction'],
    ['a script', svg('<script/>'), 'is not used: it has the element <script>; save it as plain SVG'],
  ])('%s', (_, content, message) => {
    expect(() => logoOf(content)).toThrow(message)
  })
})
