import { comparePageTags, type PageChange } from '../_request/page-tag.ts'
import { nextPollMs } from './live-schedule.ts'

declare global {
  // Not in every browser.
  interface Navigator {
    getBattery?: () => Promise<{ charging: boolean }>
    connection?: { saveData: boolean }
  }
}

type WatchOptions = {
  /** Whether the page may be old already, as it came from the browser's cache. */
  isOld: boolean
  /** Called after each answer, with the changes since the page that is shown. Returns whether it refreshes the page. */
  onAnswer: (change: PageChange) => boolean
}

/** Asks for changes of this address, whose page is shown with `tag`, while it is visible. Returns the function that ends it. */
export function watchPage(tag: string, { isOld, onAnswer }: WatchOptions): () => void {
  const ended = new AbortController()
  // That of the latest answer, which may be newer than the page.
  let knownTag = tag
  let failures = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let asking: AbortController | null = null
  let battery: { charging: boolean } | undefined

  async function ask(): Promise<void> {
    clearTimeout(timer)
    const isCancelled = new AbortController()
    asking = isCancelled
    try {
      const nextTag = await fetchTag(knownTag, isCancelled.signal)
      const isRefreshing = onAnswer(comparePageTags(tag, nextTag))
      // A refresh that did not bring what is known is not repeated often.
      failures = isRefreshing && nextTag === knownTag ? failures + 1 : 0
      knownTag = nextTag
    } catch {
      failures += 1
    }
    // Hidden meanwhile, or another page is shown.
    if (isCancelled.signal.aborted) return
    asking = null
    askLater()
  }

  function askLater(): void {
    const isSaving = battery?.charging === false || navigator.connection?.saveData === true
    timer = setTimeout(ask, nextPollMs({ failures, isSaving, random: Math.random() }))
  }

  function pause(): void {
    clearTimeout(timer)
    asking?.abort()
    asking = null
  }

  function askNow(): void {
    if (document.visibilityState === 'visible' && asking === null) ask()
  }

  function followVisibility(): void {
    if (document.visibilityState === 'visible') askNow()
    else pause()
  }

  const { signal } = ended
  document.addEventListener('visibilitychange', followVisibility, { signal })
  // Back from the back/forward cache.
  addEventListener('pageshow', ({ persisted }) => persisted && askNow(), { signal })
  addEventListener('online', askNow, { signal })
  navigator.getBattery?.().then(
    (found) => {
      battery = found
    },
    () => {},
  )
  if (document.visibilityState === 'visible') isOld ? ask() : askLater()
  return () => {
    ended.abort()
    pause()
  }
}

/**
 * The tag of this address now.
 * @throws when there is no page, as after 429 and 503, or no answer.
 */
async function fetchTag(knownTag: string, signal: AbortSignal): Promise<string> {
  const address = location.pathname + location.search
  const { status, headers } = await fetch(address, { method: 'HEAD', headers: { 'If-None-Match': knownTag }, cache: 'no-store', signal })
  if (status === 304) return knownTag
  const tag = headers.get('ETag')
  if (tag === null || (status !== 200 && status !== 404)) throw new Error(`No page: status ${status}`)
  return tag
}
