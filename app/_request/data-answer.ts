import { STATUS_CODES } from 'node:http'

/** An answer for programs. A long body comes in parts, made as they are read; it throws when it cannot be finished. */
export type DataAnswer = { status: number; headers: Record<string, string>; body: string | Uint8Array | AsyncIterable<string> }

/** A parameter that cannot be followed, and why. */
export type ParameterError = { name: string; reason: string }

type ProblemOptions = { errors?: ParameterError[]; headers?: Record<string, string> }

/** An answer that explains to a program what failed: https://www.rfc-editor.org/rfc/rfc9457 */
export function problemAnswer(status: number, detail: string, { errors, headers = {} }: ProblemOptions = {}): DataAnswer {
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex', ...headers },
    body: JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail, errors }),
  }
}
