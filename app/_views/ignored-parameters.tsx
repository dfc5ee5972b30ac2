import type { IgnoredParameter } from '../_models/user-list-query.ts'

/** One line that names the parameters of the URL that the list ignores. */
export function IgnoredParameters({ ignored }: { ignored: IgnoredParameter[] }) {
  if (ignored.length === 0) return null
  return (
    <p role="note" className="wrap-anywhere text-muted text-sm">
      {`Ignored: ${ignored.map(({ name, reason }) => `${name} (${reason})`).join(', ')}.`}
    </p>
  )
}
