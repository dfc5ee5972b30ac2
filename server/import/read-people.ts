import type { ColumnNames } from './columns.ts'
import { decode, decodeHead } from './decode.ts'
import { type Format, findFormat } from './format.ts'
import type { ImportedRow } from './imported-row.ts'
import { parseCsv } from './parse-csv.ts'
import { parseJson, parseNdjson } from './parse-json.ts'
import { parseVcard } from './parse-vcard.ts'
import type { Source } from './source.ts'

export type ReadOptions = {
  /** The name of the file, of which the ending counts. */
  path: string
  format: Format | null
  encoding: string | null
  columns: ColumnNames
  /** Whether a vCard's UID counts as an id. */
  isIdWanted: boolean
  /** Called with what the operator should know: an encoding that was found, columns that are ignored. */
  note: (line: string) => void
  /** Called with the address of the next page when a JSON file is one page of several. */
  onNextPage: (address: string) => void
}

/** The people in `source`, one by one. */
export function readPeople({ head, chunks }: Source, { path, format, encoding, ...options }: ReadOptions): AsyncIterable<ImportedRow> {
  const headText = decodeHead(head, encoding)
  const texts = decode(head, chunks, { encoding, note: options.note })
  switch (format ?? findFormat(path, headText)) {
    case 'csv':
      return parseCsv(headText, texts, options)
    case 'ndjson':
      return parseNdjson(texts, options)
    case 'json':
      return parseJson(texts, options)
    case 'vcf':
      return parseVcard(texts, options)
  }
}
