import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_SITE } from '../../app/_site/site.ts'
import { writeErrorPages } from '../../server/master/error-pages.ts'
import { readSettings } from '../../server/settings.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

test("each page of the web server has the site's name, none Roster's", () => {
  const folder = temporaryFolder()
  writeErrorPages(folder, { ...readSettings(), site: { ...DEFAULT_SITE, name: 'Acme & Co' } })
  const pages = readdirSync(join(folder, 'errors'))
  expect(pages.sort()).toEqual(['401.html', '403.html', '503.html'])
  for (const page of pages) {
    const html = readFileSync(join(folder, 'errors', page), 'utf8')
    expect(html, page).toMatch(/<title>.* · Acme &amp; Co<\/title>/)
    expect(html, page).not.toContain('Roster')
  }
})
