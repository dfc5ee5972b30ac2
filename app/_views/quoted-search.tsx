import { isBlank, plainText } from './plain-text.ts'

const INVISIBLE = 'invisible characters'

/** The searched text in quotes, or a description when it has no visible character. */
export function QuotedSearch({ text }: { text: string }) {
  if (isBlank(text)) return INVISIBLE
  return (
    <>
      “<bdi>{text}</bdi>”
    </>
  )
}

/** The same without markup, for titles. */
export function quoteSearchPlainly(text: string): string {
  return isBlank(text) ? INVISIBLE : `“${plainText(text)}”`
}
