'use client'

import { useRouter } from 'next/navigation'
import { startTransition, useEffect, useEffectEvent, useRef, useState } from 'react'
import type { PageChange } from '../_request/page-tag.ts'
import { watchPage } from './watch-page.ts'

type LivePageProps = {
  /** The ETag of the page that is shown; null in `next dev`. */
  tag: string | null
  /** Announced after the page was refreshed in place. */
  updatedText: string
  /** Shown instead when a refresh would move rows under a reader, or needs another build. */
  changedText: string
}

/**
 * Keeps an open page up to date: asks for changes while it is visible, and shows them in place, or offers to
 * (docs/architecture.md, "Live pages").
 */
export function LivePage({ tag, updatedText, changedText }: LivePageProps) {
  const router = useRouter()
  const [offer, setOffer] = useState<'refresh' | 'reload' | null>(null)
  const [sentence, setSentence] = useState('')
  const isOpening = useRef(true)
  // What the rest of the page announced before the refresh that is under way.
  const announcedBefore = useRef<string | null>(null)

  function refresh() {
    announcedBefore.current = readStatuses()
    setSentence('')
    startTransition(() => router.refresh())
  }

  function show() {
    // The button will be gone, and with it the focus.
    document.getElementById('content')?.focus({ preventScroll: true })
    if (offer === 'reload') location.reload()
    else refresh()
  }

  const onAnswer = useEffectEvent(({ isNewBuild, hasOtherRows, hasOtherContent }: PageChange) => {
    const hasChanged = hasOtherRows || hasOtherContent
    const canRefresh = hasChanged && !hasOtherRows && !isNewBuild
    if (canRefresh) refresh()
    setOffer(!hasChanged || canRefresh ? null : isNewBuild ? 'reload' : 'refresh')
    return canRefresh
  })

  const onShown = useEffectEvent(() => {
    setOffer(null)
    // One sentence is enough: the number of matches announces itself.
    setSentence(announcedBefore.current === readStatuses() ? updatedText : '')
    announcedBefore.current = null
  })

  useEffect(() => {
    if (tag === null) return
    const isOld = isOpening.current && isFromCache()
    isOpening.current = false
    onShown()
    return watchPage(tag, { isOld, onAnswer: (change) => onAnswer(change) })
  }, [tag])

  return (
    <div className="live-page">
      <div className={offer === null ? 'sr-only' : 'live-notice'}>
        {/* Not a role of its own, as a list has one status already: the number of people. */}
        <p aria-live="polite">{offer === null ? sentence : changedText}</p>
        {offer !== null && (
          <button type="button" onClick={show}>
            Show
          </button>
        )}
      </div>
    </div>
  )
}

function readStatuses(): string {
  return Array.from(document.querySelectorAll('[role=status]'), ({ textContent }) => textContent).join('\n')
}

/** Whether the browser opened this document without asking the server: after Back, and when it restores its tabs. */
function isFromCache(): boolean {
  const [navigation] = performance.getEntriesByType('navigation')
  return navigation instanceof PerformanceNavigationTiming && navigation.transferSize === 0
}
