import { findUser, type UserRow } from '../_models/user.ts'
import { parseUserId } from '../_models/user-id.ts'
import type { SearchParams } from '../_models/user-list-query.ts'
import { type DataAnswer, problemAnswer } from '../_request/data-answer.ts'
import { contentDisposition, userFileName } from './file-name.ts'
import { VCARD_VERSIONS, vcards } from './vcard.ts'

export const USER_FORMATS = ['json', 'vcf'] as const
export type UserFormat = (typeof USER_FORMATS)[number]

/** The person whose id `idText` spells, as data. */
export async function answerUser(format: UserFormat, idText: string, params: SearchParams): Promise<DataAnswer> {
  const known = format === 'vcf' ? ['version'] : []
  const unknown = Object.keys(params).filter((name) => !known.includes(name))
  const version = VCARD_VERSIONS.find((each) => each === (params.version ?? '3.0'))
  const errors = unknown.map((name) => ({ name, reason: 'is not a parameter of this address' }))
  if (format === 'vcf' && version === undefined) errors.push({ name: 'version', reason: `must be ${VCARD_VERSIONS.join(' or ')}` })
  if (errors.length > 0 || version === undefined) return problemAnswer(400, 'Some parameters cannot be followed.', { errors })
  const id = parseUserId(idText)
  const user = id === null ? null : await findUser(id)
  if (user === null) return problemAnswer(404, 'There is no person with this id.')
  return {
    status: 200,
    headers: {
      'Content-Type': format === 'json' ? 'application/json' : 'text/vcard; charset=utf-8',
      'Content-Disposition': contentDisposition(format === 'json' ? 'inline' : 'attachment', `${userFileName(user)}.${format}`),
      'X-Robots-Tag': 'noindex',
    },
    body: write(user, format, version),
  }
}

function write(user: UserRow, format: UserFormat, version: (typeof VCARD_VERSIONS)[number]): string {
  return format === 'json' ? JSON.stringify(user) : vcards([user], version)
}
