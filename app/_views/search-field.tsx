'use client'

import { useRouter } from 'next/navigation'
import { useOffline } from 'next/offline'
import { useEffect, useRef, useTransition } from 'react'
import { MAX_SEARCH_LENGTH, parseUserListQuery, userListHref } from '../_models/user-list-query.ts'
import type { HideableField } from '../_site/site.ts'
import { formatSearched } from './format.ts'
import { isTyping } from './is-typing.ts'

const TYPING_PAUSE_MS = 200
const LAST_ROW_KEY = 'roster-last-row'

type SearchFieldProps = { q: string; isLive: boolean; hiddenFields: HideableField[]; className: string }

/**
 * The search field, and what JavaScript adds to a list: results that follow typing (`isLive`), "/" to focus the field, arrow keys between
 * rows, and focus on the row that was opened, after Back. No response ever overwrites what is typed. A search that meets no network
 * waits, and runs when the network is back: `useOffline` of next.config.js.
 */
export function SearchField({ q, isLive, hiddenFields, className }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  const router = useRouter()
  const [isSearching, startSearch] = useTransition()
  const isOffline = useOffline()

  useEffect(() => {
    const input = field.current
    const form = input?.form
    if (!input || !form || !isLive) return
    let timer: ReturnType<typeof setTimeout> | undefined
    let shown = location.pathname + location.search

    function follow() {
      clearTimeout(timer)
      if (!form) return
      const fields = [...new FormData(form)].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
      const { query, ignored } = parseUserListQuery(Object.fromEntries(fields), hiddenFields)
      // With parameters that the list ignores, the URL keeps them: the page names them.
      const href =
        ignored.length === 0 ? userListHref(query) : `/users?${new URLSearchParams(fields.map(([name, value]) => [name, value]))}`
      if (href === shown) return
      shown = href
      // A later transition replaces an earlier one, so that a slow response never overwrites a newer one.
      startSearch(() => router.replace(href, { scroll: false }))
    }
    function followSoon() {
      clearTimeout(timer)
      timer = setTimeout(follow, TYPING_PAUSE_MS)
    }
    function followTyping(event: Event) {
      // While an input method composes, wait for its end.
      if (!(event instanceof InputEvent && event.isComposing)) followSoon()
    }
    function pause() {
      clearTimeout(timer)
    }
    function followNow(event: SubmitEvent) {
      // Enter keeps the focus in the field; the button makes a history entry, for Back to return to.
      if (document.activeElement !== input) return
      event.preventDefault()
      follow()
    }

    // Text that was typed before this script loaded.
    if (input.value !== input.defaultValue) followSoon()
    input.addEventListener('input', followTyping)
    input.addEventListener('compositionstart', pause)
    input.addEventListener('compositionend', followSoon)
    form.addEventListener('submit', followNow)
    return () => {
      clearTimeout(timer)
      input.removeEventListener('input', followTyping)
      input.removeEventListener('compositionstart', pause)
      input.removeEventListener('compositionend', followSoon)
      form.removeEventListener('submit', followNow)
    }
  }, [isLive, hiddenFields, router])

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (isForInputMethod(event)) {
        // Enter accepts the composition instead of submitting. But phones compose every word, and their search key, without a code, submits.
        if (event.key === 'Enter' && event.code !== '') event.preventDefault()
        return
      }
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === '/' && !isTyping(event.target)) {
        event.preventDefault()
        field.current?.select()
      }
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        const stops = [field.current, ...document.querySelectorAll<HTMLElement>('tbody a')]
        const place = document.activeElement instanceof HTMLElement ? stops.indexOf(document.activeElement) : -1
        const next = place === -1 ? undefined : stops[place + (event.key === 'ArrowDown' ? 1 : -1)]
        if (!next) return
        event.preventDefault()
        next.focus()
      }
    }
    const input = field.current
    document.addEventListener('keydown', onKeyDown)
    // Announced to assistive technology only once this script makes it true.
    input?.setAttribute('aria-keyshortcuts', '/')
    return () => {
      document.removeEventListener('keydown', onKeyDown)
      input?.removeAttribute('aria-keyshortcuts')
    }
  }, [])

  useEffect(() => {
    const [navigation] = performance.getEntriesByType('navigation')
    if (navigation && 'type' in navigation && navigation.type === 'back_forward') restoreRowFocus()
    addEventListener('pagehide', rememberRow)
    return () => removeEventListener('pagehide', rememberRow)
  }, [])

  return (
    <>
      <div className="search-box">
        <input
          ref={field}
          id="q"
          name="q"
          type="search"
          dir="auto"
          defaultValue={q}
          maxLength={MAX_SEARCH_LENGTH}
          placeholder={formatSearched(hiddenFields)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          enterKeyHint="search"
          data-is-searching={isSearching ? '' : undefined}
          className={className}
        />
        <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
          <circle cx="11" cy="11" r="7" />
          <path d="m20 20-4-4" />
        </svg>
      </div>
      <span aria-live="polite" className="search-note">
        {isSearching && isOffline ? 'No connection. The search continues when you are back online.' : ''}
      </span>
    </>
  )
}

// Safari ends the composition before it reports the key that ended it: then only the key code shows that.
function isForInputMethod({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === 229
}

// Back restores the scroll position, but the focus only from the back/forward cache.
function rememberRow() {
  const row = document.activeElement?.closest('tbody a')?.getAttribute('href')
  if (row) sessionStorage.setItem(LAST_ROW_KEY, row)
  else sessionStorage.removeItem(LAST_ROW_KEY)
}

function restoreRowFocus() {
  const row = sessionStorage.getItem(LAST_ROW_KEY)
  if (row === null) return
  const link = document.querySelector<HTMLAnchorElement>(`tbody a[href="${CSS.escape(row)}"]`)
  link?.focus({ preventScroll: true })
}
