import { isBlank, plainText } from './plain-text.ts'

const INVISIBLE = 'invisible characters'

/** What somebody searched for, in quotes, or what it is when nobody can see it. */
export function QuotedSearch({ text }: { text: string }) {
  if (isBlank(text)) return INVISIBLE
  return (
    <>
      “<bdi>{text}</bdi>”
    </>
  )
}

/** The same for a place without markup. */
export function quoteSearchPlainly(text: string): string {
  return isBlank(text) ? INVISIBLE : `“${plainText(text)}”`
}
