import { createServer } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../fixtures/free-port.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { SERVE, serveTemporaryWorkers, startTemporaryWorkers, WAIT } from '../fixtures/temporary-workers.ts'

test('metrics of master and workers are on a listener of their own', async () => {
  const port = await freePort()
  const { socket, sql } = await serveTemporaryWorkers({ METRICS_PORT: String(port) })
  // Two pages: a worker also listens on the socket of the next one, and keeps what it has rendered.
  for (const worker of [1, 2]) await httpGet(socket(worker), `/user/profile/${worker}`)
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  const text = await answer.text()
  expect(answer.headers.get('content-type')).toContain('text/plain')
  expect(text).toContain('roster_http_request_duration_seconds_count{route="/user/profile/[id]",status="200"} 2')
  expect(text).toContain('roster_page_answers_total{cache="rendered"} 2')
  expect(text).toMatch(/^roster_workers 2$/m)
  expect(text).toMatch(/^roster_database_info\{migration="\d{14}_\w+"\} 1$/m)
  expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m)
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
  sql.exec(`UPDATE "_prisma_migrations" SET "migration_name" = '20990101000000_later' WHERE "migration_name" LIKE '%add_search'`)
  expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain(
    'roster_database_info{migration="20990101000000_later"} 1',
  )
})

test('a port for metrics that is taken leaves visitors their pages', async () => {
  const taken = createServer()
  onTestFinished(() => void taken.close())
  const port = await freePort()
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve))
  const { roster, socket } = await serveTemporaryWorkers({ METRICS_PORT: String(port) })
  expect(roster.stdout).toContain(
    `Metrics cannot be served: Port ${port} on 127.0.0.1 is in use; stop the program that listens there, or set METRICS_PORT to another port.`,
  )
  expect((await httpGet(socket(1), '/user/profile/1')).status).toBe(200)
})

test('metrics are served on the socket that systemd has opened', async () => {
  const port = await freePort()
  const handOver = ['DATABASE_URL', 'SOCKET_DIRECTORY', 'WEB_WORKERS', 'METRICS_PORT'].map((name) => `--setenv=${name}`)
  const activation: [string, ...string[]] = ['systemd-socket-activate', `--listen=127.0.0.1:${port}`, ...handOver]
  const { roster } = startTemporaryWorkers({ METRICS_PORT: '0' }, [...activation, ...SERVE])
  await vi.waitFor(() => expect(roster.stderr).toContain('Listening on'), WAIT)
  // The first connection has systemd start it, and waits until it serves.
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  expect(text).toMatch(/^roster_workers 2$/m)
  expect(roster.stdout).not.toContain('Metrics cannot be served')
})
