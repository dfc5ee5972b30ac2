import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../../../server/paths.ts'
import { RosterProcess } from '../../fixtures/roster-process.ts'
import { temporaryFolder } from '../../fixtures/temporary-database.ts'

/** A clone, as far as its start is concerned before anything is installed, whose only package is one for development. */
class Clone {
  readonly folder: string

  constructor(folder = join(temporaryFolder(), 'clone')) {
    this.folder = folder
    for (const path of ['server', 'tool']) mkdirSync(join(folder, path), { recursive: true })
    for (const name of ['bootstrap.mjs', 'take-turns.mjs']) cpSync(join(ROOT, 'server', name), join(folder, 'server', name))
    writeFileSync(join(folder, 'server', 'start.mjs'), `import 'tool'`)
    writeFileSync(join(folder, 'tool', 'package.json'), '{ "name": "tool", "version": "1.0.0", "main": "index.js" }')
    writeFileSync(join(folder, 'tool', 'index.js'), `console.log('it runs')`)
    const devDependencies = { tool: 'file:tool' }
    const packages = {
      '': { devDependencies },
      'node_modules/tool': { resolved: 'tool', link: true },
      tool: { version: '1.0.0', dev: true },
    }
    const scripts = { preinstall: 'node hold.cjs' }
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts, dependencies: {}, devDependencies, optionalDependencies: {} }))
    writeFileSync(
      join(folder, 'hold.cjs'),
      `const { existsSync } = require('node:fs'); setInterval(() => existsSync('hold') || process.exit(), 20)`,
    )
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, requires: true, packages }))
  }

  /** Has installations take until what this returns is called. */
  holdInstallations(): () => void {
    const hold = join(this.folder, 'hold')
    writeFileSync(hold, '')
    return () => rmSync(hold)
  }

  start(env: Record<string, string> = {}): RosterProcess {
    const bootstrap = join(this.folder, 'server/bootstrap.mjs')
    const roster = new RosterProcess({ command: ['sh', '-c', 'exec "$0" "$@" 2>&1', process.execPath, bootstrap, 'server/start.mjs'], env })
    onTestFinished(() => roster.stop())
    return roster
  }

  async output(env: Record<string, string> = {}): Promise<string> {
    const roster = this.start(env)
    const { status } = await roster.exited()
    return `${roster.stdout}${status === 0 ? '' : `status ${status}`}`
  }
}

describe('all packages are installed, even if npm is configured to omit some', () => {
  test.each([{ NODE_ENV: 'production' }, { npm_config_omit: 'dev' }, { npm_config_production: 'true' }])('by %j', async (env) => {
    const clone = new Clone()
    expect(await clone.output(env)).toMatch(/^Installing packages …\n[\s\S]*it runs\n$/)
    expect(await clone.output(env)).toBe('it runs\n')
  })

  test('packages that were omitted are installed later', async () => {
    const clone = new Clone()
    await clone.output()
    rmSync(join(clone.folder, 'node_modules', 'tool'))
    expect(await clone.output()).toMatch(/^Installing packages …\n[\s\S]*it runs\n$/)
  })
})

test('when several starts run at once, one installs the packages and the others wait for it', async () => {
  const clone = new Clone()
  const goOn = clone.holdInstallations()
  const first = clone.start()
  await first.printed(/Installing/)
  const second = clone.start()
  await second.printed(/Another process is installing packages here; waiting for it to finish …/)
  goOn()
  for (const start of [first, second]) expect(await start.exited()).toEqual({ status: 0, signal: null })
  expect(second.stdout).not.toContain('Installing')
})

test('a start that is killed during the installation does not block the next one', async () => {
  const clone = new Clone()
  const goOn = clone.holdInstallations()
  const killed = clone.start()
  await killed.printed(/Installing/)
  killed.killGroup('SIGKILL')
  await killed.exited()
  goOn()
  expect(await clone.output()).toMatch(/^Installing packages …\n[\s\S]*it runs\n$/)
})

test.each([
  ['a#b', '"#"'],
  ['a*b', '"*"'],
  ['a:b', '":"'],
  ['node_modules/b', 'a folder node_modules'],
])('a clone in %s, where nothing can be built, is refused at once', async (path, obstacle) => {
  const clone = new Clone(join(temporaryFolder(), path))
  expect(await clone.output()).toBe(
    `Roster cannot run in ${clone.folder}: its build tools cannot read a path that contains ${obstacle}; move the clone to another folder.\nstatus 1`,
  )
  expect(existsSync(join(clone.folder, 'node_modules'))).toBe(false)
})

test.each(['a b', 'a?b', 'a%20b', 'añ王'])('a clone in %s starts', async (path) => {
  expect(await new Clone(join(temporaryFolder(), path)).output()).toContain('it runs')
})
