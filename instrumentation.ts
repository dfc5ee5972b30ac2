import type { Instrumentation } from 'next'

/** The routes with the model that Next has built: the server takes them from here (server/worker/next-pages.ts). */
export async function loadRoutes(): Promise<typeof import('./app/_request/routes.ts')> {
  // Next builds this file for its edge runtime as well, which has no SQLite.
  if (process.env.NEXT_RUNTIME === 'nodejs') return import('./app/_request/routes.ts')
  throw new Error('The model needs the Node runtime')
}

const reported = new WeakSet()

/** Next calls this for each error of a page, once for its title and once for its body. The console goes to the log (server/log.ts). */
export const onRequestError: Instrumentation.onRequestError = (error, { headers }) => {
  if (!(error instanceof Error) || reported.has(error)) return
  reported.add(error)
  console.error(error, { requestId: headers['x-request-id'] })
}
