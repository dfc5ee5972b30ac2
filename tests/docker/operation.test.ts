import { describe, expect, test } from 'vitest'
import { docker, RosterContainer, temporaryVolume, WAIT } from '../fixtures/docker.ts'

const QUICK_HEALTH = ['--health-interval', '1s', '--health-retries', '2', '--health-start-period', '1s']
const rename = (from: string, to: string) => ['node', '--eval', `fs.renameSync('/data/${from}', '/data/${to}')`]

describe('a container', () => {
  test('stops within ten seconds with status 0', async () => {
    const container = new RosterContainer({})
    await container.page('/users')
    const began = performance.now()
    expect(container.stop()).toBe(0)
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(container.logText()).toContain('"msg":"Stopping"')
  })

  test('finishes requests in flight before it stops', async () => {
    const container = new RosterContainer({}, '--env', 'SEED=100')
    await container.page('/users')
    const pages = Array.from({ length: 40 }, (_, index) => container.fetch(`/user/profile/${index + 2}`))
    await Promise.race(pages)
    docker('kill', '--signal', 'TERM', container.id)
    const answers = await Promise.allSettled(pages.map(async (page) => ({ status: (await page).status, text: await (await page).text() })))
    expect(container.exited()).toBe(0)
    const whole = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    // One that nginx had not taken yet is refused; none is cut off or answered by an error.
    expect(whole.length).toBeGreaterThan(0)
    for (const answer of whole) expect(answer).toMatchObject({ status: 200, text: expect.stringMatching(/<\/html>$/) })
  })

  test('loses nothing when it is killed and restarted', async () => {
    const container = new RosterContainer({})
    await container.page('/users')
    expect(container.exec('roster', 'seed', '--count', '500').status).toBe(0)
    container.restartAfterKill()
    expect(await container.page('/users')).toContain('500 people')
  })

  test('stops when nginx stops', async () => {
    const container = new RosterContainer({})
    await container.page('/users')
    container.exec('sh', '-c', 'kill -9 $(cat /run/roster/nginx/nginx.pid)')
    expect(container.exited()).toBe(1)
    expect(container.lastMessage()).toBe('nginx killed by SIGKILL; shutting down')
  })

  test('is unhealthy while its database file is missing', async () => {
    const container = new RosterContainer({}, ...QUICK_HEALTH)
    await container.page('/users')
    await container.becomes('healthy')
    expect(container.exec(...rename('roster.db', 'away.db')).status).toBe(0)
    await container.becomes('unhealthy')
    expect(docker('inspect', '--format', '{{json .State.Health.Log}}', container.id).stdout).toContain('the database file does not exist')
    expect(container.exec(...rename('away.db', 'roster.db')).status).toBe(0)
    await container.becomes('healthy')
  })

  test('logs nginx and the workers as JSON lines of one format', async () => {
    const container = new RosterContainer({})
    await container.page('/users?q=ada')
    const findPair = () => {
      const lines = container.logLines().filter(({ path }) => path === '/users')
      const nginx = lines.find(({ worker }) => worker === 'nginx')
      return [nginx, lines.find(({ worker, requestId }) => worker !== 'nginx' && requestId === nginx?.requestId)]
    }
    await expect.poll(findPair, WAIT).toEqual([expect.anything(), expect.anything()])
    for (const line of findPair()) {
      expect(line).toMatchObject({ level: 'info', method: 'GET', path: '/users', status: 200, msg: 'GET /users 200' })
      expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect([typeof line?.bytes, typeof line?.ms]).toEqual(['number', 'number'])
    }
    expect(container.logText()).not.toContain('ada')
  })

  test('logs only what LOG_LEVEL asks for', async () => {
    const container = new RosterContainer({}, '--env', 'LOG_LEVEL=error')
    await container.page('/users')
    expect(container.stop()).toBe(0)
    expect(container.logText()).toBe('')
  })

  test('has the roster command', async () => {
    const volume = temporaryVolume()
    const container = new RosterContainer({ volume }, '--env', 'SEED=none')
    await container.page('/users')
    expect(container.exec('roster', 'help').stdout).toContain('Usage: roster COMMAND')
    expect(container.exec('roster', 'seed')).toMatchObject({ status: 0, stdout: 'Added 24 people; the database has 24 people.\n' })
    expect(container.exec('roster', 'status')).toMatchObject({ status: 0, stdout: expect.stringContaining('matches the migrations') })
    expect(container.exec('roster', 'backup', '/data/before.db').status).toBe(0)
    const [, backup = ''] = /to (\S+) \(/.exec(container.exec('roster', 'backup', '/data', '--keep', '2').stdout) ?? []
    expect(container.exec('roster', 'seed', '--count', '30').status).toBe(0)
    expect(container.exec('roster', 'restore', backup, '--yes')).toMatchObject({ status: 0, stderr: '' })
    expect(container.exec('roster', 'check')).toMatchObject({ status: 0, stderr: '' })
    expect(await container.page('/users')).toContain('24 people')
    container.stop()
    const restored = new RosterContainer({ volume }, '--env', 'DATABASE_URL=file:///data/before.db')
    expect(await restored.page('/users')).toContain('24 people')
  })
})
