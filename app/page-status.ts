import { notFound } from 'next/navigation'
import { currentAnswer } from '../server/current-answer.ts'

/**
 * Makes 404 the status of the page that is being rendered, which then says what to do.
 * Next's notFound() leaves the document empty until its script has run, so it only serves where our server is not around.
 */
export function setStatusNotFound(): void {
  const answer = currentAnswer.getStore()
  if (!answer) notFound()
  answer.response.statusCode = 404
}
