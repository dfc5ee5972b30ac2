type Question<Answer> = { answer: Promise<Answer>; askers: number; controller: AbortController }

/** Asks each question once for all who ask it at the same time, and drops it when all of them have gone. */
export class SingleFlight<Answer> {
  readonly #open = new Map<string, Question<Answer>>()

  /**
   * The answer to the question named `key`: that of `ask`, or of whoever asks the same right now.
   * @param signal is aborted when this asker has gone; the one that `ask` gets, when all have.
   */
  async ask(key: string, ask: (signal: AbortSignal) => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted()
    const question = this.#open.get(key) ?? this.#begin(key, ask)
    question.askers += 1
    const leave = () => {
      question.askers -= 1
      if (question.askers > 0) return
      this.#forget(key, question)
      question.controller.abort()
    }
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await question.answer
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  #begin(key: string, ask: (signal: AbortSignal) => Promise<Answer>): Question<Answer> {
    const controller = new AbortController()
    const answer = ask(controller.signal)
    const question = { answer, askers: 0, controller }
    const forget = () => this.#forget(key, question)
    answer.then(forget, forget)
    this.#open.set(key, question)
    return question
  }

  // Another one may have the same name by then.
  #forget(key: string, question: Question<Answer>): void {
    if (this.#open.get(key) === question) this.#open.delete(key)
  }
}
