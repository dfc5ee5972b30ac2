import type { IgnoredParameter } from '../_models/user-list-query.ts'

/** One line about what the address asks for and the list does not follow. */
export function IgnoredParameters({ ignored }: { ignored: IgnoredParameter[] }) {
  if (ignored.length === 0) return null
  return (
    <p role="note" className="wrap-anywhere text-muted text-sm">
      {`Not followed in this address: ${ignored.map(({ name, reason }) => `${name}, because ${reason}`).join('; ')}.`}
    </p>
  )
}
