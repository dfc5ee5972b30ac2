// Starts Roster in the build, has it make some pages and ends it: what Node has compiled by then lies in NODE_COMPILE_CACHE.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const PATHS = ['/', '/users', '/users?q=ad', '/user/profile/1', '/user/profile/0']

const port = await findFreePort()
const database = join(mkdtempSync(join(tmpdir(), 'roster-')), 'roster.db')
Object.assign(process.env, { HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: `file://${database}` })
const roster = spawn(process.execPath, ['server/container/start.ts'], { stdio: 'inherit' })
const ended = once(roster, 'exit')
await whenServing(roster)
for (const path of PATHS) await (await fetch(`http://127.0.0.1:${port}${path}`)).text()
for (const script of ['server/container/health.ts', 'server/roster.ts']) spawnSync(process.execPath, [script])
roster.kill('SIGTERM')
const [status] = await ended
process.exitCode = status

async function whenServing(child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null)
    if (answer?.ok) return
    await wait(50)
  }
  throw new Error('Roster has ended; its log above says why')
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
