import type { RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'

// No browser sends a request before the answer to the one before; the few programs that do send ten or so.
const MAX_WAITING = 16
// By then the connection is closed, whether or not its client takes the answers: what it has sent beyond them is held until then.
const CLOSE_MS = 1_000

type Step = (isLast: boolean) => void
type Turn = { waiting: Step[]; isEnding: boolean }

const turns = new WeakMap<Duplex, Turn>()

/**
 * Calls `listener` for one request of a connection after the other. Node reads all requests that have arrived and would have them
 * answered at once: 2,000 fit into one packet. Beyond `MAX_WAITING` a connection is closed once the requests before are answered.
 */
export function answerInTurn(listener: RequestListener): RequestListener {
  return (request, response) => {
    const { socket } = request
    const turn = turns.get(socket)
    if (turn === undefined) {
      turns.set(socket, { waiting: [], isEnding: false })
      answer(false)
    } else if (turn.waiting.length < MAX_WAITING && !turn.isEnding) turn.waiting.push(answer)
    else if (!turn.isEnding) {
      turn.isEnding = true
      setTimeout(() => socket.destroy(), CLOSE_MS).unref()
    }

    function answer(isLast: boolean): void {
      if (isLast) response.setHeader('Connection', 'close')
      response.once('close', () => goOn(socket))
      listener(request, response)
    }
  }
}

/** Calls `act` when the requests that have arrived on `socket` are answered; none that comes later is. */
export function endInTurn(socket: Duplex, act: () => void): void {
  const turn = turns.get(socket)
  if (turn === undefined) act()
  else if (!turn.isEnding) {
    turn.isEnding = true
    turn.waiting.push(act)
  }
}

function goOn(socket: Duplex): void {
  const turn = turns.get(socket)
  if (turn === undefined || socket.destroyed) return
  const next = turn.waiting.shift()
  if (next !== undefined) next(turn.isEnding && turn.waiting.length === 0)
  else if (!turn.isEnding) turns.delete(socket)
}
