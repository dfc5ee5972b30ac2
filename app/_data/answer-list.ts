import type { UserRow } from '../_models/user.ts'
import { listDataHref, type SearchParams } from '../_models/user-list-query.ts'
import { countMatches, streamUsers } from '../_models/whole-list.ts'
import { type DataAnswer, problemAnswer } from '../_request/data-answer.ts'
import { readSite } from '../_site/site.ts'
import { BYTE_ORDER_MARK, csvHeader, csvLines, csvLinesForExcel } from './csv.ts'
import { type DataFormat, type DataParameters, parseDataParameters, writePosition } from './data-parameters.ts'
import { contentDisposition, listFileName } from './file-name.ts'
import { vcards } from './vcard.ts'

type FileFormat = {
  contentType: string
  begin: string
  write: (users: UserRow[]) => string
}

/** The list as data: everybody as a file, or a page of JSON. */
export async function answerList(format: DataFormat, params: SearchParams, signal: AbortSignal): Promise<DataAnswer> {
  const { parameters, errors } = parseDataParameters(params, format)
  if (errors.length > 0) return problemAnswer(400, 'Some parameters cannot be followed.', { errors })
  if (format === 'json') return answerPage(parameters, signal)
  const { contentType, begin, write } = fileFormat(format, parameters)
  const disposition = contentDisposition('attachment', `${listFileName(parameters.query)}.${format}`)
  return {
    status: 200,
    headers: { 'Content-Type': contentType, 'Content-Disposition': disposition, 'X-Robots-Tag': 'noindex' },
    body: writeFile(parameters, begin, write, signal),
  }
}

function fileFormat(format: Exclude<DataFormat, 'json'>, { isForExcel, version }: DataParameters): FileFormat {
  switch (format) {
    case 'csv':
      return {
        contentType: 'text/csv; charset=utf-8; header=present',
        begin: (isForExcel ? BYTE_ORDER_MARK : '') + csvHeader(readSite().hiddenFields),
        write: isForExcel ? csvLinesForExcel : csvLines,
      }
    case 'ndjson':
      return { contentType: 'application/x-ndjson', begin: '', write: (users) => users.map((user) => `${JSON.stringify(user)}\n`).join('') }
    case 'vcf':
      return { contentType: 'text/vcard; charset=utf-8', begin: '', write: (users) => vcards(users, version) }
  }
}

async function* writeFile(
  { query }: DataParameters,
  begin: string,
  write: FileFormat['write'],
  signal: AbortSignal,
): AsyncGenerator<string> {
  let text = begin
  for await (const { users } of streamUsers(query, { signal })) {
    yield text + write(users)
    text = ''
  }
  if (text !== '') yield text
}

async function answerPage({ query, size, after }: DataParameters, signal: AbortSignal): Promise<DataAnswer> {
  const total = after?.total ?? (await countMatches(query, signal))
  const users: UserRow[] = []
  let position = after
  for await (const step of streamUsers(query, { signal, after, wanted: size })) {
    users.push(...step.users)
    position = { ...step.position, total }
  }
  const isLast = users.length < size || (await streamUsers(query, { signal, after: position, wanted: 1 }).next()).done
  const next = isLast || !position ? null : listDataHref('json', query, { size: String(size), after: writePosition(position) })
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json',
      'Content-Disposition': contentDisposition('inline', `${listFileName(query)}.json`),
      'X-Robots-Tag': 'noindex',
      ...(next !== null && { Link: `<${readSite().url ?? ''}${next}>; rel="next"` }),
    },
    body: JSON.stringify({ users, total, next }),
  }
}
