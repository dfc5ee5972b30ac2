import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

/** What the linter reports of `code` in `file`. */
function lint(file: string, code: string) {
  const folder = temporaryFolder()
  for (const name of ['biome.json', '.gitignore']) cpSync(join(ROOT, name), join(folder, name))
  mkdirSync(join(folder, dirname(file)), { recursive: true })
  writeFileSync(join(folder, file), code)
  const { status, stdout, stderr } = spawnSync('biome', ['lint', file], { cwd: folder, encoding: 'utf8' })
  return { isFine: status === 0, report: stdout + stderr }
}

test.each([
  ['app/_views/x.tsx', "import { listUsers } from '../_models/user.ts'", 'never its functions'],
  ['app/_views/x.tsx', "import { database } from '../_models/sqlite/database.ts'", 'by its props'],
  ['app/_views/x.tsx', "import type { User } from '../../prisma/generated/client.ts'", 'by its props'],
  ['app/_views/x.tsx', "import { readSite } from '../_site/site.ts'", 'by its props'],
  ['app/_models/x.ts', "import { Notice } from '../_views/notice.tsx'", 'neither pages nor views'],
  ['app/_models/x.ts', "import { notFound } from 'next/navigation'", 'neither pages nor views'],
  ['app/users/x.tsx', "import { database } from '../_models/sqlite/database.ts'", 'Only the model'],
  ['app/_request/x.ts', "import { LIST_LIMITS } from '../_models/sqlite/search/limits.ts'", 'Only the model'],
  ['app/_views/x.tsx', "import { sumPeople } from '../_models/sqlite/ages.ts'", 'by its props'],
  ['app/_views/x.tsx', "import { readUsers } from '../_models/user-rows.ts'", 'never its functions'],
  ['app/users/x.tsx', "import { readSettings } from '../../server/settings.ts'", 'nothing from server'],
  ['server/http/x.ts', "import { userListHref } from '../../app/_models/user-list-query.ts'", 'only the bridge'],
  ['app/_models/x.ts', "import { readSettings } from '../../server/settings.ts'", 'nothing from server'],
  ['app/_views/x.tsx', "import type { Exchange } from '../../server/http/request-log.ts'", 'nothing from server'],
  ['app/_request/x.ts', "import type { Exchange } from '../../server/http/request-log.ts'", 'nothing from server'],
  ['server/x.ts', "import { listUsers } from '../app/_models/user.ts'", 'only the bridge'],
  ['server/http/x.ts', "import type { UserRow } from '../../app/_models/user.ts'", 'only the bridge'],
  ['app/users/x.tsx', "import { PrismaClient } from '../../prisma/generated/client.ts'", 'Only the model'],
])('%s must not %s', (file, code, complaint) => {
  const { isFine, report } = lint(file, `${code}\n`)
  expect(isFine).toBe(false)
  expect(report).toContain(complaint)
})

test.each([
  ['app/_views/x.tsx', "import type { UserRow } from '../_models/user.ts'\nexport type Row = UserRow"],
  ['app/_views/x.tsx', "import type { AgeHistogram } from '../_models/user.ts'\nexport type Ages = AgeHistogram"],
  ['app/_views/x.tsx', "import { userListHref } from '../_models/user-list-query.ts'\nexport const href = userListHref()"],
  ['server/x.ts', "import { WorkQueue } from '../app/_request/work-queue.ts'\nexport const queue = new WorkQueue()"],
  ['app/_views/x.tsx', "import type { Site } from '../_site/site.ts'\nexport type Name = Site['name']"],
  ['server/x.ts', "import { readSite } from '../app/_site/site.ts'\nexport const site = readSite()"],
  ['app/users/x.tsx', "import { listUsers } from '../_models/user.ts'\nexport const list = listUsers"],
])('%s may %s', (file, code) => {
  expect(lint(file, `${code}\n`)).toMatchObject({ isFine: true })
})

test('no file imports itself by way of others', () => {
  const circle = new Map([
    ['a', ['b']],
    ['b', ['c', 'a']],
  ])
  expect(findCircle('a', circle)).toEqual(['a → b → a'])
  const files = globSync('{app,server,prisma}/**/*.{ts,tsx,mjs}', { cwd: ROOT, exclude: ['prisma/generated/**'] })
  const imports = new Map(files.map((file) => [file, listImports(file)]))
  expect(imports.get('server/http/web-server.ts')).toContain('server/http/read-request.ts')
  expect(files.flatMap((file) => findCircle(file, imports))).toEqual([])
})

/** The files that `file` imports, types included. */
function listImports(file: string): string[] {
  const code = readFileSync(join(ROOT, file), 'utf8')
  return [...code.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) => join(dirname(file), path))
}

/** A way from `file` to itself; empty when there is none. */
function findCircle(file: string, imports: Map<string, string[]>): string[] {
  const cameFrom = new Map<string, string>()
  const open = [file]
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const to of imports.get(from) ?? []) {
      if (to === file) {
        const circle = [file]
        for (let step: string | undefined = from; step !== undefined; step = cameFrom.get(step)) circle.unshift(step)
        return [circle.join(' → ')]
      }
      if (cameFrom.has(to)) continue
      cameFrom.set(to, from)
      open.push(to)
    }
  }
  return []
}
