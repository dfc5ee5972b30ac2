import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { DebianMachine } from '../fixtures/debian-machine.ts'

const WAIT = { timeout: 30_000, interval: 100 }
const INSTALLED = '/opt/roster/current/deploy/install.sh'
const ROSTER = '/usr/local/bin/roster'

describe('Roster on a Debian machine', () => {
  let machine: DebianMachine

  beforeAll(async () => {
    machine = await DebianMachine.boot()
  })

  afterAll(() => machine.shutDown())

  const status = (path: string) => machine.run(`curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1${path}`).stdout
  const isActive = (...units: string[]) =>
    machine
      .run(`systemctl is-active ${units.join(' ')}`)
      .stdout.trim()
      .split('\n')

  /** What wrk reports about visitors who request a profile without pause while `script` runs. */
  const visitDuring = (script: string) =>
    machine.output(
      `wrk --threads 1 --connections 20 --duration 10s http://127.0.0.1/user/profile/1 >/tmp/visits & sleep 1; { ${script}; } >/dev/null && wait && cat /tmp/visits`,
    )

  function expectNoneFailed(visits: string): void {
    expect(visits).toMatch(/\d{3,} requests in/)
    expect(visits).not.toMatch(/Socket errors|Non-2xx/)
  }

  test('is installed by one command', async () => {
    expect(machine.output('/src/deploy/install.sh')).toMatch(/^Roster \S+ is installed\.$/m)
    expect(isActive('roster', 'nginx')).toEqual(['active', 'active'])
    // During its reload, nginx answers with the old configuration.
    await expect.poll(() => status('/users'), WAIT).toBe('200')
    expect(machine.output('curl -s http://127.0.0.1/users')).toContain('There is no one here yet')
    expect(machine.output('systemctl is-enabled roster nginx')).toBe('enabled\nenabled')
  })

  test('shows what root changes with plain SQL', () => {
    machine.output(`sqlite3 /var/lib/roster/roster.db "INSERT INTO User (username, email) VALUES ('ada', 'ada@example.com')"`)
    expect(machine.output('curl -s http://127.0.0.1/user/profile/1')).toContain('ada@example.com')
  })

  test('has a command that works for root as the user of the service', () => {
    expect(machine.output(`${ROSTER} seed`)).toMatch(/^Added \d+ people/m)
    expect(machine.output(`${ROSTER} status`)).toContain('/var/lib/roster/roster.db')
    machine.output(`${ROSTER} backup /var/lib/roster/backup.db`)
    expect(machine.output('stat -c %U /var/lib/roster/backup.db')).toBe('roster')
    machine.output(`rm /var/lib/roster/backup.db; sqlite3 /var/lib/roster/roster.db "DELETE FROM User WHERE username <> 'ada'"`)
    const { status, stderr } = machine.run(`setpriv --reuid=nobody --clear-groups ${ROSTER} status`)
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'roster: only root can read the database; use sudo roster\n' })
  })

  test('has a timer for backups, which is enabled on request, and restores a backup while it serves', () => {
    expect(machine.run('systemctl is-enabled roster-backup.timer').stdout).toBe('disabled\n')
    machine.output('systemctl enable --now --quiet roster-backup.timer && systemctl start roster-backup.service')
    expect(isActive('roster-backup.timer')).toEqual(['active'])
    const backup = machine.output('ls -d /var/lib/roster/backups/roster.db.*')
    expect(machine.output(`stat -c '%U %a' ${backup}`)).toBe('roster 600')
    machine.output(`sqlite3 /var/lib/roster/roster.db "UPDATE User SET email = 'mistake@example.com'"`)
    expect(machine.output('curl -s http://127.0.0.1/user/profile/1')).toContain('mistake@example.com')
    machine.output(`${ROSTER} restore ${backup} --yes && ${ROSTER} check`)
    // nginx keeps a page for up to a second.
    machine.output(
      `for try in $(seq 30); do curl -s http://127.0.0.1/user/profile/1 | grep -q ada@example.com && exit; sleep 0.1; done; exit 1`,
    )
  })

  test('is upgraded, reloaded and rolled back, and no request fails', () => {
    machine.output(`
      mkdir -p /next/.next && cp -R /src/deploy /src/docs /next/ && ln -s /src/node_modules /next/node_modules
      cp -R /src/.next/standalone /next/.next/standalone && echo '// newer' >> /next/.next/standalone/server/paths.ts`)
    const before = machine.output(`${INSTALLED} --releases`)
    expectNoneFailed(visitDuring('/next/deploy/install.sh'))
    const after = machine.output(`${INSTALLED} --releases`)
    expect(after.split('\n')).toHaveLength(2)
    expect(after).not.toContain(before)
    expectNoneFailed(visitDuring(`systemctl reload roster && ${INSTALLED} --rollback`))
    expect(machine.output(`${INSTALLED} --releases`)).toContain(before)
  })

  test('lets in only people with a password, and an upgrade keeps what the operator has set', async () => {
    machine.output(`
      cd /etc/nginx/roster
      echo 'ada:$apr1$roster$UCMpwPugPkUGNgYnf7i/u1' >passwords && chown root:www-data passwords && chmod 640 passwords
      printf 'auth_basic Roster;\\nauth_basic_user_file /etc/nginx/roster/passwords;\\n' >access.conf
      sed -i '/zone=roster_bulk/d' local.conf
      sha256sum access.conf local.conf passwords >/tmp/own
      ${INSTALLED}`)
    await expect.poll(() => status('/users'), WAIT).toBe('401')
    expect(status('/healthz')).toBe('200')
    expect(machine.output(`curl -s -u ada:right http://127.0.0.1/user/profile/1`)).toContain('ada@example.com')
    machine.output(`
      cd /etc/nginx/roster
      sha256sum --check --quiet /tmp/own && test -e older-local.conf
      cp /opt/roster/current/deploy/nginx/roster/access.conf /opt/roster/current/deploy/nginx/roster/local.conf .
      ${INSTALLED} && test ! -e older-local.conf`)
    await expect.poll(() => status('/users'), WAIT).toBe('200')
  })

  test('has metrics on a socket of systemd, without network access', () => {
    machine.output(`${INSTALLED} --metrics 9464`)
    expect(machine.output('curl -s http://127.0.0.1:9464/metrics')).toContain('roster_workers 2')
    expect(machine.output('systemctl show --value --property PrivateNetwork roster')).toBe('yes')
    machine.output(`${INSTALLED} --metrics 9999`)
    expect(machine.output('curl -s http://127.0.0.1:9999/metrics')).toContain('roster_workers 2')
    expect(machine.run('curl -s http://127.0.0.1:9464/metrics').status).not.toBe(0)
  })

  test('stays stopped when metrics are requested, and visitors see the error page', () => {
    machine.output('systemctl stop roster 2>/dev/null')
    expect(machine.run('curl -s http://127.0.0.1:9999/metrics').status).not.toBe(0)
    expect(isActive('roster', 'roster-metrics.socket')).toEqual(['inactive', 'inactive'])
    expect(status('/users')).toBe('503')
    machine.output('systemctl start roster')
    expect(isActive('roster', 'roster-metrics.socket')).toEqual(['active', 'active'])
    expect(status('/users')).toBe('200')
    machine.output(`${INSTALLED} --metrics off`)
    expect(isActive('roster', 'roster-metrics.socket')).toEqual(['active', 'inactive'])
  })

  test('restarts when its master is killed', async () => {
    const pid = machine.output('systemctl show --value --property MainPID roster')
    machine.output(`kill -KILL ${pid}`)
    const showState = () => machine.output('systemctl show --value --property MainPID --property ActiveState roster').split('\n')
    await vi.waitFor(() => expect(showState()).toEqual([expect.not.stringMatching(`^(0|${pid})$`), 'active']), WAIT)
    expect(status('/users')).toBe('200')
  })

  test('restarts nginx when that is killed', async () => {
    const showPid = () => machine.output('systemctl show --value --property MainPID nginx')
    const pid = showPid()
    machine.output(`kill -KILL ${pid}`)
    await vi.waitFor(() => expect(showPid()).not.toMatch(new RegExp(`^(0|${pid})$`)), WAIT)
    await expect.poll(() => status('/users'), WAIT).toBe('200')
  })

  test('serves visitors beside two thousand connections with half a request', () => {
    const script = `
      const { connect } = require('node:net')
      const visitors = Array.from({ length: 2_000 }, () => connect(80, '127.0.0.1', function () { this.write('G') }))
      Promise.all(visitors.map((visitor) => new Promise((resolve) => visitor.once('connect', resolve))))
        .then(() => fetch('http://127.0.0.1/user/profile/1'))
        .then(({ status }) => process.exit(status))`
    // An exit status has eight bits.
    const { status, stderr } = machine.run(`/opt/roster/current/bin/node -e "${script}"`)
    expect(status, stderr).toBe(200)
  })

  test('rolls back over a migration only with the copy of the database from before', () => {
    const migration = '20990101000000_next'
    machine.output(`
      cd /next/.next/standalone/prisma/migrations && mkdir ${migration}
      echo 'CREATE INDEX "User_next" ON "User" ("age", "email");' >${migration}/migration.sql
      /next/deploy/install.sh`)
    const rollback = machine.run(`${INSTALLED} --rollback`)
    expect(rollback.status).toBe(1)
    expect(rollback.stderr).toMatch(/release \S+ does not start, \S+ is still running/)
    expect(status('/user/profile/1')).toBe('200')

    machine.output(`
      systemctl stop roster
      su --shell /bin/sh roster -c 'cd /var/lib/roster && rm -f roster.db-wal roster.db-shm && cp roster.db.before-${migration} roster.db'
      ${INSTALLED} --rollback
      rm -r /next/.next/standalone/prisma/migrations/${migration}`)
    expect(isActive('roster')).toEqual(['active'])
    expect(status('/user/profile/1')).toBe('200')
  })

  test('keeps running when a release cannot start', () => {
    machine.output(`sed -i '1i throw new Error("broken")' /next/.next/standalone/server/worker/worker.ts`)
    const { status: failed, stderr } = machine.run('/next/deploy/install.sh')
    expect(failed).toBe(1)
    expect(stderr).toMatch(/^install\.sh: release \S+ does not start, \S+ is still running: see journalctl -u roster$/m)
    expect(status('/user/profile/1')).toBe('200')
    machine.output('systemctl restart roster')
    expect(status('/user/profile/1')).toBe('200')
  })

  test('starts while its PostgreSQL is away, with the network for it, and goes back to its file', () => {
    machine.output(`
      cp /etc/roster/roster.env /tmp/roster.env
      echo 'DATABASE_URL="postgresql://roster_web@127.0.0.1:5433/roster"' >>/etc/roster/roster.env
      ${INSTALLED} && systemctl restart roster`)
    expect(isActive('roster')).toEqual(['active'])
    expect(status('/users')).toBe('503')
    expect(machine.output('journalctl --unit roster --lines 20')).toContain('ECONNREFUSED 127.0.0.1:5433')
    expect(machine.output('stat -c "%U %a" /etc/roster/pgpass')).toBe('roster 600')
    machine.output(`cp /tmp/roster.env /etc/roster/roster.env && ${INSTALLED} && systemctl restart roster`)
    expect(status('/users')).toBe('200')
    expect(machine.output('systemctl show --value --property PrivateNetwork roster')).toBe('yes')
  })

  test('is uninstalled, and leaves the data', () => {
    machine.output(`${INSTALLED} --uninstall`)
    expect(isActive('roster', 'nginx')).toEqual(['inactive', 'active'])
    expect(status('/users')).not.toBe('200')
    expect(machine.output('sqlite3 /var/lib/roster/roster.db "SELECT username FROM User"')).toBe('ada')
  })
})
