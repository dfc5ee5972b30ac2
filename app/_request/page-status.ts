import { notFound } from 'next/navigation'
import { currentAnswer } from './current-answer.ts'

/**
 * Makes 404 the status of the page that is being rendered, which then says what to do.
 * Next's notFound() leaves the document empty until its script has run, so it only serves where our server is not around.
 */
export function setStatusNotFound(): void {
  const response = currentAnswer.getStore()?.response
  if (!response) notFound()
  response.statusCode = 404
}
