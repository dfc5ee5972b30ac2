import type { Instrumentation } from 'next'
import type { Route } from './app/_request/routes.ts'

/** The routes with the model that Next has built: the server takes them from here (server/worker/next-pages.ts). */
export async function loadRoutes(): Promise<Route[]> {
  // Next builds this file for its edge runtime as well, which has no SQLite.
  return process.env.NEXT_RUNTIME === 'nodejs' ? (await import('./app/_request/routes.ts')).ROUTES : []
}

const reported = new WeakSet()

/** Next calls this for each error of a page, once for its title and once for its body. The console goes to the log (server/log.ts). */
export const onRequestError: Instrumentation.onRequestError = (error, { headers }) => {
  if (!(error instanceof Error) || reported.has(error)) return
  reported.add(error)
  console.error(error, { requestId: headers['x-request-id'] })
}
