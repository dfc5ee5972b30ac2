import { describe, expect, test } from 'vitest'
import { docker, IMAGE, RosterContainer, temporaryVolume } from '../fixtures/docker.ts'

/** Runs `script`, of Node, as root on `volume`, as an operator would. */
function prepare(volume: string, script: string): void {
  const { status, stderr } = docker(
    ...['run', '--rm', '--user', '0', '--volume', `${volume}:/data`, '--entrypoint', 'node', IMAGE, '--eval', script],
  )
  expect(stderr.replace(/^WARNING: .*\n/, '')).toBe('')
  expect(status).toBe(0)
}

describe('a container that cannot start logs the reason in its last line and exits with 1', () => {
  function refusal(container: RosterContainer): unknown {
    expect(container.exited()).toBe(1)
    expect(container.logLines().at(-1)).toMatchObject({ level: 'fatal' })
    return container.lastMessage()
  }

  test('a volume that belongs to another user', () => {
    const volume = temporaryVolume()
    // An empty volume would be given the image's own rights.
    prepare(volume, `fs.writeFileSync('/data/note', ''); fs.chmodSync('/data', 0o755)`)
    expect(refusal(new RosterContainer({ volume }))).toBe(
      'The database /data/roster.db cannot be used: its folder is not writable, and SQLite keeps files beside it; make it writable for 10001:10001: chown -R 10001:10001 /data (for a container: the directory mounted there)',
    )
  })

  test('a volume that is mounted read-only', () => {
    const volume = temporaryVolume()
    prepare(volume, `fs.writeFileSync('/data/note', '')`)
    const options = ['--volume', `${volume}:/elsewhere:ro`]
    expect(refusal(new RosterContainer({}, ...options, '--env', 'DATABASE_URL=file:///elsewhere/roster.db'))).toMatch(
      /not writable.*\/elsewhere is mounted read-only; mount it writable$/,
    )
  })

  test.each([
    ['when the database is made', 65_536, ''],
    ['when it is there', 4_194_304, `fs.writeFileSync('/data/filler', Buffer.alloc(2 ** 22))`],
  ])('a volume that is full %s', (_, size, filler) => {
    const volume = temporaryVolume('--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', `o=size=${size},mode=1777`)
    // What is in a tmpfs lives as long as somebody has it mounted.
    const keeper = new RosterContainer({}, '--volume', `${volume}:/full`, '--env', 'SEED=none')
    if (filler !== '') {
      expect(keeper.exec('sh', '-c', 'DATABASE_URL=file:///full/roster.db roster prepare').status).toBe(0)
      keeper.exec('node', '--eval', `fs.appendFileSync('/full/filler', Buffer.alloc(2 ** 22))`)
    }
    expect(refusal(new RosterContainer({ volume }))).toBe(
      'The database /data/roster.db cannot be used: its disk is full, nothing was changed; free space in /data, or enlarge its volume',
    )
  })

  test('a file that is not a database', () => {
    const volume = temporaryVolume()
    prepare(volume, `fs.writeFileSync('/data/roster.db', 'Dear diary'); fs.chmodSync('/data/roster.db', 0o666)`)
    expect(refusal(new RosterContainer({ volume }))).toBe('The database /data/roster.db cannot be used: it is not a SQLite database')
  })

  test('a read-only root without a folder for sockets', () => {
    expect(refusal(new RosterContainer({}, '--read-only'))).toMatch(
      /^nginx's files cannot be written: .*; \/run and \/tmp must be writable, as with --tmpfs \/run --tmpfs \/tmp$/,
    )
  })

  test.each([
    ['PORT', 'http', /^PORT is "http"/],
    ['SEED', 'many', /^SEED is "many"/],
    ['TRUSTED_PROXIES', 'proxy;', /^TRUSTED_PROXIES has "proxy;"/],
    ['BASIC_AUTH_FILE', 'passwords', /^BASIC_AUTH_FILE is "passwords"; it must be an absolute path/],
    ['BASIC_AUTH_FILE', '/missing', /^\/missing cannot be read: .*; mount a file there that 10001:10001 may read$/],
    ['BASIC_AUTH_FILE', '/etc/shadow', /^\/etc\/shadow cannot be read: .*EACCES/],
    ['BASIC_AUTH_FILE', '/etc/hostname', /^BASIC_AUTH_FILE is "\/etc\/hostname": it has no line NAME:HASH; /],
    ['DATABASE_URL', 'mysql://db/roster', /^DATABASE_URL is "mysql/],
  ])('%s=%s', (name, value, message) => {
    expect(refusal(new RosterContainer({}, '--env', `${name}=${value}`))).toMatch(message)
  })
})
