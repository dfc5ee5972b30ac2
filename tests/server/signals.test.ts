import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { httpGet } from '../fixtures/http-get.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'
import { importing, requestWithoutPause, serveTemporaryWorkers, startTemporaryWorkers, WAIT } from '../fixtures/temporary-workers.ts'
import { getNewestWorkerPid, listChildren, listWorkerPids } from '../fixtures/worker-pids.ts'

test('SIGHUP replaces all workers, and no request fails', async () => {
  const { roster, socket } = await serveTemporaryWorkers()
  const visitors = requestWithoutPause([socket(1), socket(2)])
  roster.kill('SIGHUP')
  await roster.printed(/all workers replaced/)
  const { count, failures } = await visitors.stop()
  expect(failures).toEqual([])
  expect(count).toBeGreaterThan(10)
  for (const worker of [1, 2]) {
    const [old = 0, ...others] = listWorkerPids(roster, worker)
    expect(others).toHaveLength(1)
    expect(() => process.kill(old, 0)).toThrow('ESRCH')
  }
})

test('SIGHUP replaces a worker that is starting, too: it may be of the build before', async () => {
  const { roster } = await serveTemporaryWorkers()
  const before = listChildren(roster)
  process.kill(getNewestWorkerPid(roster, 1), 'SIGKILL')
  await vi.waitFor(() => expect(listChildren(roster).some((pid) => !before.includes(pid))).toBe(true), { ...WAIT, interval: 5 })
  const atSignal = listChildren(roster)
  roster.kill('SIGHUP')
  await roster.printed(/all workers replaced/)
  expect(listChildren(roster).filter((pid) => atSignal.includes(pid))).toEqual([])
})

test('SIGHUP leaves the old workers serving where new ones cannot start', async () => {
  const flag = join(temporaryFolder(), 'broken')
  const exitIfBroken = `if (process.env.ROSTER_WORKER && (await import('node:fs')).existsSync('${flag}')) process.exit(3)`
  const { roster, socket } = await serveTemporaryWorkers({ NODE_OPTIONS: importing(exitIfBroken) })
  const before = listChildren(roster)
  writeFileSync(flag, '')
  roster.kill('SIGHUP')
  await roster.printed(/Reload failed/)
  expect(roster.stdout).toContain('Worker 1 serves on: its replacement could not start (exited with status 3)')
  expect(listChildren(roster)).toEqual(before)
  expect((await httpGet(socket(1), '/user/profile/1')).status).toBe(200)

  rmSync(flag)
  roster.kill('SIGHUP')
  await roster.printed(/all workers replaced/)
})

test('a worker that is killed while it is being replaced has one successor', async () => {
  const { roster, socket } = await serveTemporaryWorkers({ WEB_WORKERS: '1' })
  const [old = 0] = listWorkerPids(roster, 1)
  roster.kill('SIGHUP')
  await roster.printed(/replacing the workers/)
  process.kill(old, 'SIGKILL')
  await roster.printed(/all workers replaced/)
  expect(listWorkerPids(roster, 1)).toHaveLength(2)
  expect(listChildren(roster)).toEqual(listWorkerPids(roster, 1).slice(1))
  expect((await httpGet(socket(1), '/user/profile/1')).status).toBe(200)
})

test('SIGTERM lets requests in flight finish', async () => {
  const { roster, socket } = await serveTemporaryWorkers({ WEB_WORKERS: '1' })
  // Connections that the worker has accepted already: others would be as if they came too late.
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const getOnEach = (path: string) => Array.from({ length: 10 }, () => httpGet(socket(1), path, { agent }))
  await Promise.all(getOnEach('/healthz'))
  const answers = getOnEach('/users?size=100')
  await Promise.race(answers)
  roster.kill('SIGTERM')
  for (const { body } of await Promise.all(answers)) expect(body).toMatch(/<\/html>$/)
  expect(await roster.exited()).toEqual({ status: 0, signal: null })
})

test('SIGTERM while workers are starting stops those that are there', async () => {
  const { roster, socket } = startTemporaryWorkers()
  await roster.printed(/Worker 1 ready/)
  roster.kill('SIGTERM')
  // The pipe of its output closes only when the last process that holds it is gone.
  expect(await roster.exited()).toEqual({ status: 0, signal: null })
  expect(roster.stdout).not.toContain('Roster serves')
  expect(existsSync(socket(1)) || existsSync(socket(2))).toBe(false)
})
