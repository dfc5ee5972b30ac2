import { createInterface } from 'node:readline'
import { toEngineError } from './engine-error.ts'

export type Methods = Record<string, (params: unknown) => Promise<unknown>>

// https://www.jsonrpc.org/specification#error_object; 4466 is the code of all errors of Prisma's engine.
const PARSE_ERROR = { code: -32700, message: 'Parse error' }
const INVALID_REQUEST = { code: -32600, message: 'Invalid request' }
const METHOD_NOT_FOUND = { code: -32601, message: 'Method not found' }
const ENGINE_ERROR = { code: 4466, message: 'An error happened. Check the data field for details.' }

/** Answers JSON-RPC requests, one per line, from stdin to stdout until stdin ends. */
export async function serveRpc(methods: Methods): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const response = await answer(line, methods)
    if (response) send(response)
  }
}

/** Makes Prisma's CLI write `content` to its stdout. */
export function print(content: string): void {
  send({ id: 0, method: 'print', params: { content } })
}

async function answer(line: string, methods: Methods): Promise<object | null> {
  const request = parse(line)
  if (request === undefined) return { id: null, error: PARSE_ERROR }
  if (typeof request !== 'object' || request === null) return { id: null, error: INVALID_REQUEST }
  if ('result' in request) return null // the CLI's answer to "print"
  const id = 'id' in request ? request.id : null
  if (!('method' in request) || typeof request.method !== 'string') return { id, error: INVALID_REQUEST }
  const method = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined
  if (!method) return { id, error: METHOD_NOT_FOUND }
  try {
    return { id, result: (await method('params' in request ? request.params : undefined)) ?? {} }
  } catch (error) {
    const { code, message } = toEngineError(error)
    return { id, error: { ...ENGINE_ERROR, data: { is_panic: false, message, error_code: code } } }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}
