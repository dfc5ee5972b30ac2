'use client'

import { useRouter } from 'next/navigation'
import { startTransition, useEffect, useRef } from 'react'
import { MAX_SEARCH_LENGTH, parseUserListQuery, userListHref } from '../_models/user-list-query.ts'

const TYPING_PAUSE_MS = 200
const LEFT_FOR = 'roster-left-for'

type SearchFieldProps = { q: string; isLive: boolean; className: string }

/**
 * The search field, and what JavaScript adds to a list: results that follow typing (`isLive`), "/" to get here, arrow keys
 * between rows, and the way back to the row that was opened. The field belongs to who types in it: no answer ever writes to it.
 */
export function SearchField({ q, isLive, className }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  const router = useRouter()

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
      const { query, ignored } = parseUserListQuery(Object.fromEntries(fields))
      // As it stands in the form where the list does not follow all of it, for the page to say so.
      const href =
        ignored.length === 0 ? userListHref(query) : `/users?${new URLSearchParams(fields.map(([name, value]) => [name, value]))}`
      if (href === shown) return
      shown = href
      // A later transition overtakes an earlier one, so that a slow answer never replaces a newer one.
      startTransition(() => router.replace(href, { scroll: false }))
    }
    function followSoon() {
      clearTimeout(timer)
      timer = setTimeout(follow, TYPING_PAUSE_MS)
    }
    function followTyping(event: Event) {
      // The end of a composition is followed instead.
      if (!(event instanceof InputEvent && event.isComposing)) followSoon()
    }
    function pause() {
      clearTimeout(timer)
    }
    function followNow(event: SubmitEvent) {
      // Enter in the field keeps the focus there; a button is a step of its own, for Back to return from.
      if (document.activeElement !== input) return
      event.preventDefault()
      follow()
    }

    // What was typed before this script had arrived.
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
  }, [isLive, router])

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (isForInputMethod(event)) {
        // Enter chooses what is composed and sends no form. But phones compose every word, and their search key, which has no code, does.
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
    // Said to assistive technology only where the script that makes it true has arrived.
    input?.setAttribute('aria-keyshortcuts', '/')
    return () => {
      document.removeEventListener('keydown', onKeyDown)
      input?.removeAttribute('aria-keyshortcuts')
    }
  }, [])

  useEffect(() => {
    const [navigation] = performance.getEntriesByType('navigation')
    if (navigation && 'type' in navigation && navigation.type === 'back_forward') focusRowLeftFor()
    addEventListener('pagehide', rememberRow)
    return () => removeEventListener('pagehide', rememberRow)
  }, [])

  return (
    <input
      ref={field}
      id="q"
      name="q"
      type="search"
      dir="auto"
      defaultValue={q}
      maxLength={MAX_SEARCH_LENGTH}
      placeholder="Username or e-mail"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      enterKeyHint="search"
      className={className}
    />
  )
}

// Safari ends the composition before it reports the key that did: only the key code still tells whose key it was.
function isForInputMethod({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === 229
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select, [contenteditable]')
}

// A browser brings back the page and the scroll position, but the focus only of a page that it kept whole.
function rememberRow() {
  const row = document.activeElement?.closest('tbody a')?.getAttribute('href')
  if (row) sessionStorage.setItem(LEFT_FOR, row)
  else sessionStorage.removeItem(LEFT_FOR)
}

function focusRowLeftFor() {
  const row = sessionStorage.getItem(LEFT_FOR)
  if (row === null) return
  const link = document.querySelector<HTMLAnchorElement>(`tbody a[href="${CSS.escape(row)}"]`)
  link?.focus({ preventScroll: true })
}
