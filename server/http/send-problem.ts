import type { ServerResponse } from 'node:http'
import { problemAnswer } from '../../app/_request/data-answer.ts'

/** Answers a program with what failed. */
export function sendProblem(response: ServerResponse, status: number, detail: string, headers: Record<string, string> = {}): void {
  const problem = problemAnswer(status, detail, { headers })
  response.writeHead(problem.status, problem.headers).end(problem.body)
}
