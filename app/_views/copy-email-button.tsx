'use client'

import { useState, useSyncExternalStore } from 'react'

type CopyEmailButtonProps = { email: string; className: string }

/** Copies an email; nothing where the browser cannot, such as without a script or over plain HTTP. */
export function CopyEmailButton({ email, className }: CopyEmailButtonProps) {
  const canCopy = useSyncExternalStore(subscribeToNothing, hasClipboard, () => false)
  const [result, setResult] = useState('')
  if (!canCopy) return null

  function copy() {
    navigator.clipboard.writeText(email).then(
      () => setResult('Copied'),
      () => setResult('The browser did not allow it'),
    )
  }

  return (
    <>
      <button type="button" onClick={copy} className={className}>
        Copy email
      </button>
      <span role="status" className="text-muted text-sm not-empty:ml-2">
        {result}
      </span>
    </>
  )
}

function subscribeToNothing(): () => void {
  return () => {}
}

function hasClipboard(): boolean {
  // Its type does not know that it is missing over plain HTTP.
  return 'clipboard' in navigator && navigator.clipboard !== undefined
}
