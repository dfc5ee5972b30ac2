import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { relocateFiles } from '../fixtures/relocate-files.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

const MOST_EXPOSURE = 1.0
// It reaches a database over the network.
const MOST_EXPOSURE_WITH_POSTGRES = 1.9

/** The unit `name`, with all that belong to it and `dropIns` of roster.service, on a machine on which what they run exists. */
function unitFile(name: string, dropIns = ['metrics.conf']): string {
  const folder = temporaryFolder()
  const unit = join(folder, 'roster.service')
  for (const each of ['roster.service', 'roster-metrics.socket', 'roster-backup.service', 'roster-backup.timer'])
    cpSync(join(ROOT, 'deploy/systemd/system', each), join(folder, each))
  mkdirSync(`${unit}.d`)
  for (const each of dropIns) cpSync(join(ROOT, 'deploy/systemd/system/roster.service.d', each), join(`${unit}.d`, each))
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

function exposure(...unit: Parameters<typeof unitFile>): number {
  const { output } = analyze('security', '--offline=true', unitFile(...unit))
  const [, level] = /exposure level for \S+: ([\d.]+)/.exec(output) ?? []
  expect(level, output).toBeDefined()
  return Number(level)
}

test.each([['roster.service'], ['roster.service', ['metrics.conf', 'postgres.conf']], ['roster-backup.service'], ['roster-backup.timer']])(
  '%s with %s passes systemd-analyze verify without a warning',
  (...unit: Parameters<typeof unitFile>) => {
    expect(analyze('verify', '--man=no', '--recursive-errors=yes', unitFile(...unit))).toEqual({ status: 0, output: '' })
  },
)

test.each(['roster.service', 'roster-backup.service'])('%s has a low exposure level in systemd-analyze security', (name) => {
  expect(exposure(name)).toBeLessThanOrEqual(MOST_EXPOSURE)
})

test('with PostgreSQL, the service has the network in addition', () => {
  expect(exposure('roster.service', ['postgres.conf'])).toBeLessThanOrEqual(MOST_EXPOSURE_WITH_POSTGRES)
})
