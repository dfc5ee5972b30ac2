import { notFound } from 'next/navigation'
import { currentAnswer } from './answer.ts'

/**
 * Gives the page that is being rendered the status 404. Next's notFound() leaves the document empty until its script has run, so only
 * `next dev`, which runs without our server, uses it.
 */
export function setStatusNotFound(): void {
  const answer = currentAnswer.getStore()
  if (!answer) notFound()
  answer.status = 404
}
