import { markWords } from './mark-words.ts'

type MarkedTextProps = { text: string; words: string[]; isUsername?: boolean }

/** A username or email in which the searched words are marked. */
export function MarkedText({ text, words, isUsername = false }: MarkedTextProps) {
  if (words.length === 0) return <bdi>{text}</bdi>
  const parts = markWords(text, words, isUsername)
  if (parts.every(({ isMarked }) => !isMarked)) return <bdi>{text}</bdi>
  return <bdi>{parts.map((part) => (part.isMarked ? <mark key={part.start}>{part.text}</mark> : part.text))}</bdi>
}
