import { createServer, type Server } from 'node:http'
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, register } from 'prom-client'
import { errorMessage } from './errors.ts'
import type { RequestObserver } from './http/request-log.ts'

const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Returns the function that counts one request of this worker. The master adds up the metrics of all workers. */
export function createWorkerMetrics(): RequestObserver {
  // For its listener, which sends this worker's metrics when the master requests them.
  new AggregatorRegistry()
  collectDefaultMetrics()
  const duration = new Histogram({
    name: 'roster_http_request_duration_seconds',
    help: 'Time from the request to the end of the answer',
    labelNames: ['route', 'status'],
    buckets: DURATION_BUCKETS_SECONDS,
  })
  const answers = new Counter({
    name: 'roster_page_answers_total',
    help: 'Answers with a page: rendered, kept (rendered before), or validated (304)',
    labelNames: ['cache'],
  })
  return ({ route, status, cache, milliseconds }) => {
    duration.observe({ route, status }, milliseconds / 1_000)
    if (cache !== 'none') answers.inc({ cache })
  }
}

export type MasterMetrics = { countRestart: (reason: string) => void; createServer: () => Server }

/** The metrics of the master. `createServer` returns a server, not listening yet, of these and those of all workers together. */
export function createMasterMetrics(readyWorkers: () => number, databaseVersion: () => Promise<string | null>): MasterMetrics {
  const aggregator = new AggregatorRegistry()
  new Gauge({
    name: 'roster_workers',
    help: 'Workers that are ready',
    collect() {
      this.set(readyWorkers())
    },
  })
  new Gauge({
    name: 'roster_database_info',
    help: 'The newest migration of the database',
    labelNames: ['migration'],
    async collect() {
      const migration = await databaseVersion()
      this.reset()
      if (migration !== null) this.set({ migration }, 1)
    },
  })
  const restarts = new Counter({
    name: 'roster_worker_restarts_total',
    help: 'Worker restarts and replacements, by reason',
    labelNames: ['reason'],
  })
  return {
    countRestart: (reason) => restarts.inc({ reason }),
    createServer: () =>
      createServer(async (request, response) => {
        if (request.url !== '/metrics') {
          response.writeHead(404).end()
          return
        }
        try {
          const text = `${await aggregator.clusterMetrics()}\n${await register.metrics()}`
          response.writeHead(200, { 'Content-Type': aggregator.contentType }).end(text)
        } catch (error) {
          response.writeHead(503, { 'Content-Type': 'text/plain' }).end(`${errorMessage(error)}\n`)
        }
      }),
  }
}
