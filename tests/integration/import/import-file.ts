import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../../server/paths.ts'
import { temporaryFolder } from '../../fixtures/temporary-database.ts'

export const SCRIPT = join(ROOT, 'server/roster.ts')

/** What `roster import` prints when rows are refused. */
export const UNCHANGED = 'Nothing was changed: mend the refused rows, or import the others with --skip-bad.'

/** `roster import` into the database at `url`. */
export function importFile(url: string, args: string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, 'import', ...args], {
    env: { ...process.env, DATABASE_URL: url },
    encoding: 'utf8',
    input,
  })
  return { status, stdout, stderr }
}

export function temporaryFile(content: string | Buffer, name = 'people.csv'): string {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, content)
  return file
}
