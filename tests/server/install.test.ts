// Over 200 lines: as deploy/install.sh, which it covers.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { installedFile, installRoster } from '../fixtures/install-roster.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

/** A clone with a very small build, whose only script has the name `name`. */
function cloneWithBuild(name: string): string {
  const clone = temporaryFolder()
  const files = {
    'docs/operate-debian.md': '# Operate Roster on Debian',
    '.next/standalone/package.json': '{ "version": "1.2.3" }',
    '.next/standalone/sbom.cdx.json': '{}',
    '.next/standalone/server/roster.ts': `console.log('roster', ...process.argv.slice(2))`,
    '.next/standalone/.env': 'LOG_LEVEL=silent',
    '.next/standalone/public/robots.txt': 'User-agent: *',
    '.next/standalone/.next/static/chunks/shared.js': 'let shared = "shared by all releases"',
    [`.next/standalone/.next/static/chunks/${name}.js`]: `let name = "${name}"`,
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(clone, path)), { recursive: true })
    writeFileSync(join(clone, path), content)
  }
  linkNode(clone)
  return clone
}

function linkNode(clone: string): void {
  const name = readdirSync(join(ROOT, 'node_modules')).find((each) => each.startsWith('node-linux-'))
  if (name === undefined) throw new Error('no Node in node_modules')
  mkdirSync(join(clone, 'node_modules', name, 'bin'), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules', name, 'bin/node'), join(clone, 'node_modules', name, 'bin/node'))
}

/** Everything below `root`: type, mode, path and link target. */
function listTree(root: string): string {
  return execFileSync('find', ['.', '-printf', '%y %m %p %l\n'], { cwd: root, encoding: 'utf8' }).split('\n').sort().join('\n')
}

function refusal(...options: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(join(ROOT, 'deploy/install.sh'), options, { encoding: 'utf8' })
  return { status, stderr }
}

function currentRelease(root: string): string {
  return basename(execFileSync('readlink', [join(root, 'opt/roster/current')], { encoding: 'utf8' }).trim())
}

describe('install.sh', () => {
  test('installs a release, the unit, the settings, the command and the nginx site', () => {
    const root = temporaryFolder()
    expect(installRoster(root, '--from', cloneWithBuild('one'))).toMatch(/^Roster 1\.2\.3-[\da-f]{12} is installed\.$/m)
    for (const path of ['server/roster.ts', 'bin/node', 'deploy/install.sh', 'docs/operate-debian.md', 'public/robots.txt']) {
      expect(existsSync(installedFile(root, path)), path).toBe(true)
    }
    for (const path of [
      'etc/systemd/system/roster.service',
      'etc/roster/roster.env',
      'etc/nginx/sites-enabled/roster',
      'opt/roster/errors/503.html',
      'opt/roster/errors/503.json',
      'usr/local/bin/roster',
    ]) {
      expect(existsSync(join(root, path)), path).toBe(true)
    }
    expect(existsSync(installedFile(root, '.env'))).toBe(false)
    expect(readdirSync(join(root, 'opt/roster/static/chunks')).sort()).toEqual(['one.js', 'shared.js'])
    // The mode does not depend on the umask of the clone.
    expect(statSync(installedFile(root, 'public/robots.txt')).mode & 0o777).toBe(0o644)
    expect(statSync(join(root, 'usr/local/bin/roster')).mode & 0o777).toBe(0o755)
    expect(statSync(installedFile(root, 'bin/node')).mode & 0o777).toBe(0o755)
  })

  test('changes nothing the second time', () => {
    const root = temporaryFolder()
    const clone = cloneWithBuild('one')
    installRoster(root, '--from', clone)
    const before = listTree(root)
    installRoster(root, '--from', clone)
    expect(listTree(root)).toBe(before)
  })

  test('keeps the files of the operator, and replaces the others', () => {
    const root = temporaryFolder()
    const clone = cloneWithBuild('one')
    installRoster(root, '--from', clone)
    const own = [
      'etc/roster/roster.env',
      'etc/nginx/roster/local.conf',
      'etc/nginx/roster/access.conf',
      'etc/nginx/sites-available/roster',
      'etc/nginx/sites-available/roster-tls',
    ]
    const added = 'etc/nginx/roster/older-local.conf'
    expect(existsSync(join(root, added))).toBe(false)
    const ours = ['etc/nginx/roster/site.conf', 'etc/nginx/conf.d/roster.conf', 'etc/systemd/system/roster.service']
    for (const path of [...own, ...ours]) writeFileSync(join(root, path), '# changed\nWEB_WORKERS=2\n')
    installRoster(root, '--from', clone)
    for (const path of own) expect(readFileSync(join(root, path), 'utf8'), path).toContain('# changed')
    for (const path of ours) expect(readFileSync(join(root, path), 'utf8'), path).not.toContain('# changed')
    // For as long as the operator's local.conf has no such zone.
    expect(readFileSync(join(root, added), 'utf8')).toMatch(/^limit_req_zone .*zone=roster_bulk:/m)
    writeFileSync(join(root, own[1] ?? ''), 'limit_req_zone $roster_bulk_key zone=roster_bulk:10m rate=60r/m;\n')
    installRoster(root, '--from', clone)
    expect(existsSync(join(root, added))).toBe(false)
  })

  test('gives the service the network and a file for the password while the database is PostgreSQL', () => {
    const root = temporaryFolder()
    const clone = cloneWithBuild('one')
    installRoster(root, '--from', clone)
    const settings = join(root, 'etc/roster/roster.env')
    const dropIn = join(root, 'etc/systemd/system/roster.service.d/postgres.conf')
    const passwords = join(root, 'etc/roster/pgpass')
    const before = readFileSync(settings, 'utf8')
    expect(existsSync(dropIn)).toBe(false)
    writeFileSync(settings, before.replace('#DATABASE_URL=', 'DATABASE_URL='))
    installRoster(root, '--from', clone)
    expect(readFileSync(dropIn, 'utf8')).toMatch(/^PrivateNetwork=no$/m)
    expect(statSync(passwords).mode & 0o777).toBe(0o600)
    writeFileSync(passwords, '*:*:roster:roster_web:secret')
    installRoster(root, '--from', clone)
    expect(readFileSync(passwords, 'utf8')).toContain('secret')
    writeFileSync(settings, before)
    installRoster(root, '--from', clone)
    expect(existsSync(dropIn)).toBe(false)
  })

  test.each([
    ["Debian's", 'user www-data;\nevents {\n\tworker_connections 768;\n\t# multi_accept on;\n}\n', 8_192, 32_768],
    ['with some of its own', 'worker_rlimit_nofile  1024;\nevents\n{\n  worker_connections 20000; # many\n}\n', 20_000, 32_768],
  ])('raises the limits of an nginx.conf %s, once, and lowers them again when it goes', (_, before, connections, files) => {
    const root = temporaryFolder()
    const conf = join(root, 'etc/nginx/nginx.conf')
    mkdirSync(dirname(conf), { recursive: true })
    writeFileSync(conf, before)
    const clone = cloneWithBuild('one')
    for (const _time of ['first', 'second']) {
      installRoster(root, '--from', clone)
      const text = readFileSync(conf, 'utf8')
      expect(text.match(/worker_connections +\d+/g)).toEqual([`worker_connections ${connections}`])
      expect(text.match(/worker_rlimit_nofile +\d+/g)?.map((line) => line.replace(/ +/, ' '))).toEqual([`worker_rlimit_nofile ${files}`])
    }
    execFileSync('nginx', ['-t', '-q', '-c', conf, '-g', `pid ${root}/pid; error_log ${root}/error.log;`], { stdio: 'pipe' })
    installRoster(root, '--uninstall')
    expect(readFileSync(conf, 'utf8')).toBe(before)
  })

  test('keeps three releases with their static files, and rolls back', () => {
    const root = temporaryFolder()
    const releases: string[] = []
    for (const name of ['one', 'two', 'three', 'four']) {
      installRoster(root, '--from', cloneWithBuild(name))
      releases.push(currentRelease(root))
    }
    expect(readdirSync(join(root, 'opt/roster/releases')).sort()).toEqual(releases.slice(1).sort())
    expect(readdirSync(join(root, 'opt/roster/static/chunks')).sort()).toEqual(['four.js', 'shared.js', 'three.js', 'two.js'])

    installRoster(root, '--rollback')
    expect(currentRelease(root)).toBe(releases[2])
    installRoster(root, '--rollback')
    expect(currentRelease(root)).toBe(releases[1])
    expect(refusal('--destdir', root, '--rollback').stderr).toBe(
      `install.sh: cannot roll back: no kept release is older than ${releases[1]}\n`,
    )
    installRoster(root, '--rollback', String(releases[3]))
    expect(installRoster(root, '--releases')).toBe(`* ${releases[3]}\n  ${releases[2]}\n  ${releases[1]}\n`)
  })

  test('changes the number of workers for systemd and nginx, without a clone', () => {
    const root = temporaryFolder()
    installRoster(root, '--from', cloneWithBuild('one'))
    const release = currentRelease(root)
    execFileSync(installedFile(root, 'deploy/install.sh'), ['--destdir', root, '--workers', '4', '--metrics', '9999'])
    expect(currentRelease(root)).toBe(release)
    expect(readFileSync(join(root, 'etc/roster/roster.env'), 'utf8')).toMatch(/^WEB_WORKERS=4$[\s\S]*^METRICS_PORT=9999$/m)
    expect(readFileSync(join(root, 'etc/nginx/roster/upstream.conf'), 'utf8')).toBe('roster nginx-upstream 4\n')
    const units = join(root, 'etc/systemd/system')
    expect(existsSync(join(units, 'roster.service.d/metrics.conf'))).toBe(true)
    expect(readFileSync(join(units, 'roster-metrics.socket'), 'utf8')).toMatch(/^ListenStream=127\.0\.0\.1:9999$/m)
    installRoster(root, '--from', cloneWithBuild('two'), '--metrics', 'off')
    expect(readFileSync(join(root, 'etc/roster/roster.env'), 'utf8')).not.toMatch(/^METRICS_PORT/m)
    expect(readdirSync(join(units, 'roster.service.d'))).toEqual([])
    expect(existsSync(join(units, 'roster-metrics.socket'))).toBe(false)
  })

  test('rolls back to a release of version 0.1 with the unit of that release', () => {
    const root = temporaryFolder()
    const unit = join(root, 'etc/systemd/system/roster.service')
    installRoster(root, '--from', cloneWithBuild('one'))
    const old = installedFile(root, 'deploy/systemd')
    writeFileSync(join(old, 'roster.service'), 'ExecStart=/opt/roster/current/bin/node /opt/roster/current/server/serve.ts\n')
    rmSync(join(old, 'system'), { recursive: true })
    installRoster(root, '--from', cloneWithBuild('two'))
    expect(readFileSync(unit, 'utf8')).toMatch(/^ExecStart=\S+ \S+\/server\/roster\.ts serve$/m)
    installRoster(root, '--rollback')
    expect(readFileSync(unit, 'utf8')).toContain('server/serve.ts')
  })

  test('leaves nginx as it is if the release cannot name its sockets', () => {
    const root = temporaryFolder()
    installRoster(root, '--from', cloneWithBuild('one'))
    const upstream = readFileSync(join(root, 'etc/nginx/roster/upstream.conf'), 'utf8')
    const broken = cloneWithBuild('two')
    writeFileSync(join(broken, '.next/standalone/server/roster.ts'), 'throw new Error("broken")')
    expect(refusal('--destdir', root, '--from', broken)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('install.sh: roster nginx-upstream failed; its output is above\n'),
    })
    expect(readFileSync(join(root, 'etc/nginx/roster/upstream.conf'), 'utf8')).toBe(upstream)
  })

  test('uninstalls everything except the data and the settings', () => {
    const root = temporaryFolder()
    const data = join(root, 'var/lib/roster/roster.db')
    mkdirSync(dirname(data), { recursive: true })
    writeFileSync(data, 'people')
    installRoster(root, '--from', cloneWithBuild('one'))
    installRoster(root, '--uninstall')
    const files = execFileSync('find', ['.', '-not', '-type', 'd'], { cwd: root, encoding: 'utf8' }).trim().split('\n').sort()
    expect(files).toEqual([
      './etc/nginx/roster/access.conf',
      './etc/nginx/roster/local.conf',
      './etc/nginx/sites-available/roster',
      './etc/nginx/sites-available/roster-tls',
      './etc/roster/roster.env',
      './var/lib/roster/roster.db',
    ])
    installRoster(root, '--uninstall')
    expect(readFileSync(data, 'utf8')).toBe('people')
  })

  test.for([
    [['--workers'], '--workers needs a value; see --help'],
    [['--workers', '0'], '--workers is "0"; it must be a number from 1 to 64'],
    [['--metrics', 'on'], '--metrics is "on"; it must be a port of 1000 or more, or off'],
    [['--nonsense'], 'unknown option --nonsense; see --help'],
    [['--destdir', '/nowhere', '--rollback'], 'Roster is not installed; run deploy/install.sh in a clone first'],
  ] as const)('refuses %j in one line', ([options, message]) => {
    expect(refusal(...options)).toEqual({ status: 1, stderr: `install.sh: ${message}\n` })
  })

  test('names what is missing if there is no build', () => {
    const clone = temporaryFolder()
    expect(refusal('--destdir', temporaryFolder(), '--from', clone).stderr).toBe(
      `install.sh: ${clone} has no complete build: run npm run build there first\n`,
    )
  })
})
