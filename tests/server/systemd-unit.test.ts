import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { relocateFiles } from '../fixtures/relocate-files.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

const MOST_EXPOSURE = 1.0

/** The unit with its socket for metrics, on a machine on which what it runs exists. */
function unitFile(): string {
  const folder = temporaryFolder()
  const unit = join(folder, 'roster.service')
  for (const name of ['roster.service', 'roster-metrics.socket']) cpSync(join(ROOT, 'deploy/systemd/system', name), join(folder, name))
  mkdirSync(`${unit}.d`)
  cpSync(join(ROOT, 'deploy/systemd/system/roster.service.d/metrics.conf'), join(`${unit}.d`, 'metrics.conf'))
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin/node'), '#!/bin/sh\n')
  chmodSync(join(folder, 'bin/node'), 0o755)
  relocateFiles([unit], [['/opt/roster/current/', `${folder}/`]])
  return unit
}

function analyze(...options: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', options, { encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

describe('roster.service', () => {
  test('passes systemd-analyze verify without a warning', () => {
    expect(analyze('verify', '--man=no', '--recursive-errors=yes', unitFile())).toEqual({ status: 0, output: '' })
  })

  test('has a low exposure level in systemd-analyze security', () => {
    const { output } = analyze('security', '--offline=true', unitFile())
    const exposure = Number(/exposure level for roster\.service: ([\d.]+)/.exec(output)?.[1])
    expect(exposure, output).toBeLessThanOrEqual(MOST_EXPOSURE)
  })
})
