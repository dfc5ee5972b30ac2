import type { Search } from '../_models/search-words.ts'
import { markWords } from './mark-words.ts'

type MarkedTextProps = { text: string; search?: Search | undefined; isUsername?: boolean }

/** A username or email in which the searched words are marked. */
export function MarkedText({ text, search, isUsername = false }: MarkedTextProps) {
  const parts = search ? markWords(text, search, isUsername) : []
  if (parts.every(({ isMarked }) => !isMarked)) return <bdi>{text}</bdi>
  return <bdi>{parts.map((part) => (part.isMarked ? <mark key={part.start}>{part.text}</mark> : part.text))}</bdi>
}
