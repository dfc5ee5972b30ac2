import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ROOT } from '../../../server/paths.ts'

/** The packages that a process has loaded after it has loaded the model. */
function listPackages(url: string): string[] {
  const script = `
    import { createRequire } from 'node:module'
    await import('./app/_models/user.ts')
    await import('./app/_models/whole-list.ts')
    await (await import('./app/_models/postgres-model.ts')).postgresModel
    const files = Object.keys(createRequire(import.meta.url).cache)
    console.log(JSON.stringify(files.map((file) => file.split('/node_modules/').at(-1).split('/')[0])))`
  const node = ['--conditions=react-server', '--input-type=module', '--eval', script]
  return JSON.parse(execFileSync(process.execPath, node, { cwd: ROOT, env: { ...process.env, DATABASE_URL: url }, encoding: 'utf8' }))
}

test('nothing of PostgreSQL is loaded for a SQLite file', () => {
  expect(listPackages('file:///srv/roster.db')).not.toContain('pg')
  expect(listPackages('postgresql://localhost/roster')).toContain('pg')
})
