import type { ReactNode } from 'react'

type NoticeProps = { title: string; children: ReactNode }

/** A page with a message instead of people. */
export function Notice({ title, children }: NoticeProps) {
  return (
    <div className="grid max-w-xl grid-cols-1 gap-5">
      <h1>{title}</h1>
      {children}
    </div>
  )
}
