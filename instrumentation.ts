import type { Instrumentation } from 'next'
import type { getPageData } from './app/_request/page-data.ts'

declare global {
  /** `getPageData` of app/_request/page-data.ts, from Next's build: the server cannot import it, as it would load a second model. */
  var rosterGetPageData: typeof getPageData | undefined
}

/** Called once, before the first request: https://nextjs.org/docs/app/api-reference/file-conventions/instrumentation */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') globalThis.rosterGetPageData = (await import('./app/_request/page-data.ts')).getPageData
}

const reported = new WeakSet()

/** Next calls this for each error of a page, once for its title and once for its body. The console goes to the log (server/log.ts). */
export const onRequestError: Instrumentation.onRequestError = (error, { headers }) => {
  if (!(error instanceof Error) || reported.has(error)) return
  reported.add(error)
  console.error(error, { requestId: headers['x-request-id'] })
}
