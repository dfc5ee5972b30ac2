import { OperatorError } from '../errors.ts'
import { type ColumnNames, type Columns, findColumns } from './columns.ts'
import { type Cell, FIELDS, type ImportedRow, MAX_ROW_CHARACTERS } from './imported-row.ts'
import { splitLines, tooLong } from './lines.ts'

type JsonOptions = {
  columns: ColumnNames
  /** Called with the address of the next page when the file is one page of several. */
  onNextPage: (address: string) => void
}

/** The people in a text with one JSON object in each line. */
export async function* parseNdjson(texts: AsyncIterable<string>, { columns }: JsonOptions): AsyncGenerator<ImportedRow> {
  const readRow = rowReader(columns)
  let line = 0
  for await (const text of splitLines(texts)) {
    line += 1
    if (text.trim() !== '') yield readRow(text, line)
  }
}

/**
 * The people in `{"users": […]}` or in a bare array. One object at a time is parsed: the whole would fill the memory.
 * @throws OperatorError when the text is no such JSON.
 */
export async function* parseJson(texts: AsyncIterable<string>, { columns, onNextPage }: JsonOptions): AsyncGenerator<ImportedRow> {
  const readRow = rowReader(columns)
  const splitter = new JsonSplitter()
  for await (const text of texts) for (const { line, json } of splitter.split(text)) yield readRow(json, line)
  const next = readNextPage(splitter.frame)
  if (next !== null) onNextPage(next)
}

/** `frame` is the text around the people. */
function readNextPage(frame: string): string | null {
  try {
    const value: unknown = JSON.parse(frame)
    if (Array.isArray(value)) return null
    if (typeof value === 'object' && value !== null && 'users' in value && Array.isArray(value.users))
      return 'next' in value && typeof value.next === 'string' ? value.next : null
  } catch {
    throw new OperatorError('it is not valid JSON, or it ends too early; copy it again, or name its --format')
  }
  throw new OperatorError('its JSON is neither {"users": […]} nor an array of people; convert it')
}

/** Finds the elements of the array of people; `frame` is the rest of the text. */
class JsonSplitter {
  #before = ''
  #part = ''
  #state: 'before' | 'within' | 'after' = 'before'
  #depth = 0
  #arrayDepth = 0
  #line = 1
  #partLine = 1
  #isInString = false
  #isEscaped = false

  get frame(): string {
    return this.#before + this.#part
  }

  *split(text: string): Generator<{ line: number; json: string }> {
    let start = 0
    for (let index = 0; index < text.length; index += 1) {
      const character = text[index]
      if (character === '\n') this.#line += 1
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (character === '\\') this.#isEscaped = true
        else if (character === '"') this.#isInString = false
      } else if (character === '"') this.#isInString = true
      else if ((character === ',' || character === ']') && this.#state === 'within' && this.#depth === this.#arrayDepth) {
        yield* this.#finishElement(text.slice(start, index))
        start = character === ',' ? index + 1 : index
        if (character === ']') this.#state = 'after'
      } else if (character === '{' || character === '[') {
        this.#depth += 1
        if (this.#state === 'before' && character === '[' && this.#isArrayOfPeople(text.slice(start, index))) {
          this.#before = this.#part + text.slice(start, index + 1)
          this.#part = ''
          this.#partLine = this.#line
          start = index + 1
          this.#state = 'within'
          this.#arrayDepth = this.#depth
        }
      } else if (character === '}' || character === ']') this.#depth -= 1
    }
    this.#part += text.slice(start)
    if (this.#part.length > MAX_ROW_CHARACTERS) throw tooLong(this.#findLine(this.#part))
  }

  #isArrayOfPeople(end: string): boolean {
    return this.#depth === 1 || (this.#depth === 2 && /"users"\s*:\s*$/.test(this.#part + end))
  }

  *#finishElement(end: string): Generator<{ line: number; json: string }> {
    const text = this.#part + end
    if (text.trim() !== '') yield { line: this.#findLine(text), json: text }
    this.#part = ''
    this.#partLine = this.#line
  }

  /** The line in which `part` has its first character that is not blank. */
  #findLine(part: string): number {
    return this.#partLine + (/^\s*/.exec(part)?.[0].split('\n').length ?? 1) - 1
  }
}

/** A reader of one JSON object; it finds the fields anew only when the names differ from those of the person before. */
function rowReader(chosen: ColumnNames): (json: string, line: number) => ImportedRow {
  let knownNames = ''
  let columns: Columns = new Map()
  return (json, line) => {
    const person = parseObject(json)
    if (person === null) return { line, cells: {}, fault: 'is not a JSON object' }
    const names = Object.keys(person)
    if (names.join('\n') !== knownNames) {
      columns = findFields(names, chosen)
      knownNames = names.join('\n')
    }
    const cells: ImportedRow['cells'] = {}
    for (const field of FIELDS) {
      const values = columns.get(field)?.map((index) => toCell(person[names[index] ?? '']))
      if (values !== undefined) cells[field] = values.length === 1 ? (values[0] ?? null) : values.filter(Boolean).join(' ')
    }
    return { line, cells, fault: null }
  }
}

// A person without a name and an email is refused as a row, by the database: other people of the file may have both.
function findFields(names: string[], chosen: ColumnNames): Columns {
  const present = Object.fromEntries(Object.entries(chosen).filter(([, wanted]) => wanted.every((name) => names.includes(name))))
  try {
    return findColumns(names, present).columns
  } catch (error) {
    if (error instanceof OperatorError) return new Map()
    throw error
  }
}

function parseObject(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

function toCell(value: unknown): Cell {
  if (value === null || value === undefined) return null
  if (typeof value === 'string' || typeof value === 'number') return value
  return Buffer.from(JSON.stringify(value))
}
