'use client'

import { useEffect } from 'react'
import { isTyping } from './is-typing.ts'

const RELATIONS = new Map([
  ['ArrowLeft', 'prev'],
  ['ArrowRight', 'next'],
])

/**
 * Lets the left and right arrow keys follow the page's links to what is before and after it. Screen readers keep these keys for
 * themselves, nothing scrolls sideways, and a key that is no letter needs no switch: https://www.w3.org/TR/WCAG22/#character-key-shortcuts
 */
export function ArrowKeys() {
  // After each rendering: the links may be others.
  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      const relation = RELATIONS.get(event.key)
      if (relation === undefined || event.defaultPrevented || isTyping(event.target)) return
      // With these a browser goes back, or extends what is selected.
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || getSelection()?.isCollapsed === false) return
      findLink(relation)?.click()
    }
    document.addEventListener('keydown', onKeyDown)
    // Announced to assistive technology only once this script makes it true.
    for (const [key, relation] of RELATIONS) findLink(relation)?.setAttribute('aria-keyshortcuts', key)
    return () => document.removeEventListener('keydown', onKeyDown)
  })

  return null
}

function findLink(relation: string): HTMLAnchorElement | null {
  return document.querySelector(`a[rel=${relation}]`)
}
