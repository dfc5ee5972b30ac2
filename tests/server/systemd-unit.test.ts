import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { relocateFiles } from '../fixtures/relocate-files.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

const MOST_EXPOSURE = 1.0

/** The unit `name`, with all that belong to it, on a machine on which what they run exists. */
function unitFile(name: string): string {
  const folder = temporaryFolder()
  const unit = join(folder, 'roster.service')
  for (const each of ['roster.service', 'roster-metrics.socket', 'roster-backup.service', 'roster-backup.timer'])
    cpSync(join(ROOT, 'deploy/systemd/system', each), join(folder, each))
  mkdirSync(`${unit}.d`)
  cpSync(join(ROOT, 'deploy/systemd/system/roster.service.d/metrics.conf'), join(`${unit}.d`, 'metrics.conf'))
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/node'), '#!/bin/sh\n')
  chmodSync(join(folder, 'bin/node'), 0o755)
  relocateFiles([unit, join(folder, 'roster-backup.service')], [['/opt/roster/current/', `${folder}/`]])
  return join(folder, name)
}

function analyze(...options: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', options, { encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

test.each(['roster.service', 'roster-backup.service', 'roster-backup.timer'])(
  '%s passes systemd-analyze verify without a warning',
  (name) => {
    expect(analyze('verify', '--man=no', '--recursive-errors=yes', unitFile(name))).toEqual({ status: 0, output: '' })
  },
)

test.each(['roster.service', 'roster-backup.service'])('%s has a low exposure level in systemd-analyze security', (name) => {
  const { output } = analyze('security', '--offline=true', unitFile(name))
  const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(output) ?? []
  expect(Number(exposure), output).toBeLessThanOrEqual(MOST_EXPOSURE)
})
