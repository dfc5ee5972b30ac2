import type { WriteStream } from 'node:tty'

const BAR_WIDTH = 24
const SECONDS_BETWEEN_LINES = 5

const count = new Intl.NumberFormat('en')

/** Where progress is shown: `process.stderr`, or a stand-in for it. */
export type ProgressStream = Pick<WriteStream, 'write'> & { isTTY?: boolean }

/** Shows how far a long command got: a bar on a terminal, else a line at every tenth of the way and every few seconds. */
export class Progress {
  readonly #stream: ProgressStream
  readonly #target: number
  readonly #unit: string
  #lastTenth = 0
  #lastLineAt = Date.now()

  constructor(stream: ProgressStream, target: number, unit: string) {
    this.#stream = stream
    this.#target = target
    this.#unit = unit
  }

  show(done: number): void {
    const share = Math.min(done / this.#target, 1)
    const text = `${Math.floor(share * 100)} % (${count.format(done)} of ${count.format(this.#target)} ${this.#unit})`
    if (this.#stream.isTTY) {
      const bar = '#'.repeat(Math.floor(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '.')
      this.#stream.write(`\r[${bar}] ${text}`)
      return
    }
    const tenth = Math.floor(share * 10)
    if (tenth === this.#lastTenth && Date.now() - this.#lastLineAt < SECONDS_BETWEEN_LINES * 1000) return
    this.#lastTenth = tenth
    this.#lastLineAt = Date.now()
    this.#stream.write(`${text}\n`)
  }

  /** Clears the bar, so that what is printed next stands on a line of its own. */
  end(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\x1b[2K')
  }
}
