// While the image is built: starts Roster in it, requests some pages and stops it. NODE_COMPILE_CACHE then holds what Node has compiled.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const PATHS = ['/', '/users', '/users?q=ad', '/user/profile/1', '/user/profile/0']
const CHECK_EVERY_MS = 50

const port = await findFreePort()
const database = join(mkdtempSync(join(tmpdir(), 'roster-')), 'roster.db')
Object.assign(process.env, { HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: `file://${database}` })
const roster = spawn(process.execPath, ['server/container/start.ts'], { stdio: 'inherit' })
const exited = once(roster, 'exit')
await untilItServes(roster)
for (const path of PATHS) await (await fetch(`http://127.0.0.1:${port}${path}`)).text()
for (const script of ['server/container/health.ts', 'server/roster.ts']) spawnSync(process.execPath, [script])
roster.kill('SIGTERM')
const [status] = await exited
process.exitCode = status

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function untilItServes(child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null)
    if (answer?.ok) return
    await wait(CHECK_EVERY_MS)
  }
  throw new Error('Roster exited before it served: the log above has the reason')
}
