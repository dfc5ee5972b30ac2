import type { ReactNode } from 'react'

export function Panel({ children }: { children: ReactNode }) {
  return <div className="rounded-2xl border border-line bg-card p-6 sm:p-10">{children}</div>
}
