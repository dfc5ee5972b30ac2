import { pipeline, Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { OperatorError } from '../errors.ts'
import { type ColumnNames, type Columns, findColumns } from './columns.ts'
import { type ImportedRow, MAX_ROW_CHARACTERS } from './imported-row.ts'

const DELIMITERS = [',', ';', '\t'] as const

/** Excel reads and writes this line before the header. */
const SEPARATOR_LINE = /^sep=(.)\r?\n/i

type CsvOptions = { columns: ColumnNames; note: (line: string) => void }

/**
 * The people in a CSV as RFC 4180 describes it and as Excel writes it. `head` is the start of the text.
 * @throws OperatorError when the header is of no use, or a quotation mark is where none can be: nobody knows where the row ends then.
 */
export async function* parseCsv(head: string, texts: AsyncIterable<string>, options: CsvOptions): AsyncGenerator<ImportedRow> {
  const separatorLine = SEPARATOR_LINE.exec(head)
  let line = separatorLine === null ? 1 : 2
  const parser = parse({
    delimiter: separatorLine?.[1] ?? findDelimiter(head),
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: MAX_ROW_CHARACTERS,
    // Counted while it parses, as its buffer is lost after an error. The line goes along as a further value.
    on_record: (record: string[]) => {
      const recordLine = line
      line += 1
      for (const value of record) if (value.includes('\n') || value.includes('\r')) line += value.match(/\r\n|\r|\n/g)?.length ?? 0
      record.push(String(recordLine))
      return record
    },
  })
  const records: AsyncIterable<string[]> = pipeline(Readable.from(skip(separatorLine?.[0].length ?? 0, texts)), parser, () => {})
  let header: { columns: Columns; width: number } | undefined
  try {
    for await (const record of records) {
      const recordLine = Number(record.pop())
      if (header === undefined) header = readHeader(record, options)
      else if (record.some((value) => value !== '')) yield readRow(record, recordLine, header)
    }
  } catch (error) {
    throw error instanceof CsvError ? new OperatorError(explain(error, line)) : error
  }
}

function readHeader(names: string[], { columns: chosen, note }: CsvOptions): { columns: Columns; width: number } {
  const { columns, surplus } = findColumns(names, chosen)
  if (surplus.length > 0) note(`Ignored: ${surplus.length === 1 ? 'the column' : 'the columns'} ${surplus.join(', ')}`)
  const joined = [...columns].filter(([, indexes]) => indexes.length > 1)
  for (const [field, indexes] of joined) note(`The ${field} is put together from ${indexes.map((index) => names[index]).join(' and ')}`)
  return { columns, width: names.length }
}

function readRow(record: string[], line: number, { columns, width }: { columns: Columns; width: number }): ImportedRow {
  const cells: ImportedRow['cells'] = {}
  for (const [field, indexes] of columns) {
    const [only = 0] = indexes
    const value =
      indexes.length === 1
        ? record[only]
        : indexes
            .map((index) => record[index]?.trim() ?? '')
            .filter(Boolean)
            .join(' ')
    // Nobody has an empty age or id: both are unknown then.
    if (value !== undefined) cells[field] = value === '' && (field === 'age' || field === 'id') ? null : value
  }
  // Excel fills a row with empty cells up to the longest one.
  const isWide = record.length > width && record.slice(width).some((value) => value !== '')
  const fault =
    record.length < width || isWide ? `has ${record.length} ${record.length === 1 ? 'value' : 'values'}, and the header has ${width}` : null
  return { line, cells, fault }
}

/** The one that is most often in the first line, outside of quotation marks. */
function findDelimiter(head: string): string {
  const [header = ''] = head.replaceAll(/"(?:[^"]|"")*"/g, '').split(/[\r\n]/, 1)
  const counts = DELIMITERS.map((delimiter) => ({ delimiter, count: header.split(delimiter).length }))
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).delimiter
}

async function* skip(length: number, texts: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = length
  for await (const text of texts) {
    if (text.length > rest) yield text.slice(rest)
    rest = Math.max(0, rest - text.length)
  }
}

function explain(error: CsvError, line: number): string {
  switch (error.code) {
    case 'CSV_MAX_RECORD_SIZE':
      return `line ${line} is longer than ${MAX_ROW_CHARACTERS.toLocaleString('en')} characters; end each row with a line break`
    case 'CSV_QUOTE_NOT_CLOSED':
      return `line ${line} begins a quotation that does not end; add the missing ", or copy the file again`
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return `line ${line} has a quotation mark within a value; put the value in quotation marks, and double those within: "Miles ""Tails"" Prower"`
    default:
      return `line ${line} is not valid CSV: ${error.message}`
  }
}
