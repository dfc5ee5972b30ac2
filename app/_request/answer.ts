import { AsyncLocalStorage } from 'node:async_hooks'
import type { Directory, UserPage, UserRow } from '../_models/user.ts'
import type { UserPlace } from '../_models/user-place.ts'

/** What a page shows. The server reads it first, for the page's tag, and the page shows that very data: read again, it could be newer. */
export type PageData = {
  directory?: Promise<Directory>
  user?: Promise<UserRow | null>
  place?: Promise<UserPlace | null>
  userPage?: Promise<UserPage>
}

/** The page that is being made. */
export type Answer = {
  data: PageData
  /** Aborted when no visitor waits for the page any more. */
  signal: AbortSignal
  status: 200 | 404
  /** The ETag of the document at this address, also while Next's router gets its data: the open page asks for changes with it. */
  documentTag?: string
  /** How a search was made (docs/search.md). */
  plans?: string[]
}

declare global {
  var rosterAnswer: AsyncLocalStorage<Answer> | undefined
}

// Next's build carries one copy of this module, the server loads another: only a global is the same for both.
globalThis.rosterAnswer ??= new AsyncLocalStorage()

/** The answer that the running code belongs to; nothing in `next dev`, which runs without our server. */
export const currentAnswer = globalThis.rosterAnswer

/** The tag of the page that is being rendered; null in `next dev`. */
export function findDocumentTag(): string | null {
  return currentAnswer.getStore()?.documentTag ?? null
}

/** The people whom the rows of a page with `data` show, in their order. */
export async function listRowIds({ directory, userPage }: PageData): Promise<number[]> {
  const rows = [(await directory)?.newest ?? [], (await userPage)?.users ?? []]
  return rows.flat().map(({ id }) => id)
}
