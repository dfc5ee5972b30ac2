import { OperatorError } from '../errors.ts'
import { MAX_ROW_CHARACTERS } from './imported-row.ts'

/**
 * The lines of `texts`, without their ends.
 * @throws OperatorError when one is longer than MAX_ROW_CHARACTERS.
 */
export async function* splitLines(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  let count = 0
  for await (const text of texts) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      count += 1
      yield line.endsWith('\r') ? line.slice(0, -1) : line
    }
    if (rest.length > MAX_ROW_CHARACTERS) throw tooLong(count + 1)
  }
  if (rest !== '') yield rest
}

/** The row that begins in `line` is too long. */
export function tooLong(line: number): OperatorError {
  return new OperatorError(
    `line ${line} begins a person of more than ${MAX_ROW_CHARACTERS.toLocaleString('en')} characters; check the file and --format`,
  )
}
