import type { RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'

// No browser sends a request before the previous one is answered; the few programs that do send about ten.
const MAX_PENDING = 16
// By then a connection with too many is closed, whether or not its client reads the answers: what it sent is held in memory until then.
const CLOSE_MS = 1_000

type PendingAnswer = (isLast: boolean) => void
type Pipeline = { pending: PendingAnswer[]; isClosing: boolean }

/** The connections with a request that is being answered. */
const pipelines = new WeakMap<Duplex, Pipeline>()

/**
 * Makes `listener` answer the requests of one connection one after the other. Node emits every request that has arrived at once, and
 * 2,000 fit into one packet. With more than `MAX_PENDING`, a connection is closed after the answers to those before.
 */
export function answerInOrder(listener: RequestListener): RequestListener {
  return (request, response) => {
    const { socket } = request
    const answer: PendingAnswer = (isLast) => {
      if (isLast) response.setHeader('Connection', 'close')
      response.once('close', () => answerNext(socket))
      listener(request, response)
    }
    const pipeline = pipelines.get(socket)
    if (pipeline === undefined) {
      pipelines.set(socket, { pending: [], isClosing: false })
      answer(false)
    } else if (!pipeline.isClosing && pipeline.pending.length < MAX_PENDING) {
      pipeline.pending.push(answer)
    } else if (!pipeline.isClosing) {
      pipeline.isClosing = true
      setTimeout(() => socket.destroy(), CLOSE_MS).unref()
    }
  }
}

/** Calls `end` once the requests that have arrived on `socket` are answered; later ones are not. */
export function endInOrder(socket: Duplex, end: () => void): void {
  const pipeline = pipelines.get(socket)
  if (pipeline === undefined) end()
  else if (!pipeline.isClosing) {
    pipeline.isClosing = true
    pipeline.pending.push(end)
  }
}

function answerNext(socket: Duplex): void {
  const pipeline = pipelines.get(socket)
  if (pipeline === undefined || socket.destroyed) return
  const next = pipeline.pending.shift()
  if (next !== undefined) next(pipeline.isClosing && pipeline.pending.length === 0)
  else if (!pipeline.isClosing) pipelines.delete(socket)
}
