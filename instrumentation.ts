import type { Instrumentation } from 'next'
import type { getPageData } from './app/_request/page-data.ts'

declare global {
  /** What the page at a URL shows, from the model that Next has built: `getPageData` of app/_request/page-data.ts. */
  var rosterGetPageData: typeof getPageData | undefined
}

/** Next calls this once, before its first answer: https://nextjs.org/docs/app/api-reference/file-conventions/instrumentation */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') globalThis.rosterGetPageData = (await import('./app/_request/page-data.ts')).getPageData
}

const reported = new WeakSet()

/** Next calls this for what a page throws, title and body apart. The server logs what comes by the console (server/log.ts). */
export const onRequestError: Instrumentation.onRequestError = (error, { headers }) => {
  if (!(error instanceof Error) || reported.has(error)) return
  reported.add(error)
  console.error(error, { requestId: headers['x-request-id'] })
}
