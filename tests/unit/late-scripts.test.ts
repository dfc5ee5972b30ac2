import { expect, test } from 'vitest'
import { loadScriptsLate } from '../../server/http/late-scripts.ts'

const PAGE = `<html><head><link rel="preload" as="script" href="/a.js" nonce="n0nce="/><link rel="stylesheet" href="/a.css"/>\
<script src="/a.js" async="" nonce="n0nce="></script><script src="/b.js" nonce="n0nce=" async=""></script>\
<script src="/old.js" noModule="" nonce="n0nce="></script></head>\
<body><p>&lt;script src="/c.js" async="" nonce="n0nce="&gt;</p><script nonce="n0nce=">self.data=1</script></body></html>`

function loadLate(html: string, type = 'text/html; charset=utf-8') {
  const page = { status: 200, headers: { 'content-type': type, 'content-length': html.length }, body: Buffer.from(html) }
  const { body, headers } = loadScriptsLate(page)
  return { html: body.toString(), bytes: headers['content-length'] }
}

test('scripts are loaded by a last one, with their nonce', () => {
  const { html, bytes } = loadLate(PAGE)
  expect(html).toMatch(/<script nonce="n0nce=">[^<]*for\(const src of \["\/a\.js","\/b\.js"\]\)[^<]*<\/script><\/body><\/html>$/)
  expect([...html.matchAll(/a\.js|b\.js/g)]).toHaveLength(2)
  expect(bytes).toBe(Buffer.byteLength(html))
})

test('style sheets, scripts for old browsers, inline scripts and text stay', () => {
  const { html } = loadLate(PAGE)
  for (const kept of [
    '"/a.css"/>',
    '<script src="/old.js" noModule=""',
    '<p>&lt;script src="/c.js" async="" nonce="n0nce="&gt;</p>',
    '>self.data=1<',
  ])
    expect(html).toContain(kept)
})

test.each([
  ['without scripts', '<html><body>Ada</body></html>', 'text/html'],
  ['that is no page', PAGE, 'text/x-component'],
])('an answer %s is left as it is', (_, html, type) => {
  expect(loadLate(html, type)).toEqual({ html, bytes: html.length })
})
