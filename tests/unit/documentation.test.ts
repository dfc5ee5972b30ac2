import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'

const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'prisma/schema-engine/*.md'], { cwd: ROOT })
const SOURCES = globSync(['app/**/*.{ts,tsx}', 'server/**/*.{ts,mjs,html}', 'prisma/postgres/*.ts', 'deploy/**/*'], {
  cwd: ROOT,
  withFileTypes: true,
})
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
  .join('\n')

// Headings that no code of ours prints: a procedure, and what SQLite prints before a constraint's name.
const NOT_PRINTED = ['People from another database', 'CHECK constraint failed: …', 'UNIQUE constraint failed: User.…']

function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8').replaceAll(/^```.*?^```/gms, '')
}

function listHeadings(path: string, level = '#+'): string[] {
  return [...readDocument(path).matchAll(new RegExp(`^${level} (.+)$`, 'gm'))].map(([, heading = '']) => heading)
}

/** The fragment by which GitHub links to a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

test.each(DOCUMENTS)('every link in %s leads to a file and a heading', (document) => {
  for (const [, link = ''] of readDocument(document).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
    const [path = '', fragment] = link.split('#')
    const target = path === '' ? document : join(dirname(document), path)
    expect(existsSync(join(ROOT, target)), `${link} in ${document}`).toBe(true)
    if (fragment) expect(listHeadings(target).map(anchorOf), `${link} in ${document}`).toContain(fragment)
  }
})

// The changelog names files that were.
test.each(DOCUMENTS.filter((document) => document !== 'CHANGELOG.md'))('every file that %s names exists', (document) => {
  for (const [, path = ''] of readDocument(document).matchAll(/`((?:app|bench|deploy|docs|prisma|server|tests)\/[\w./[\]-]+)`/g))
    expect(existsSync(join(ROOT, path)), `${path} in ${document}`).toBe(true)
})

const errors = listHeadings('docs/troubleshooting.md', '###')
  .filter((heading) => !NOT_PRINTED.includes(heading))
  .flatMap((heading) => heading.split(' · '))

test.each(errors)('the error "%s" of docs/troubleshooting.md is printed by the code', (error) => {
  const words = error.split('…').map((part) => part.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  // In bash a quotation mark within a string is escaped.
  expect(SOURCES).toMatch(new RegExp(words.join('.*').replaceAll('"', '\\\\?"')))
})
