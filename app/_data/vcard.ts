import type { UserRow } from '../_models/user.ts'
import { userDataHref, userProfileHref } from '../_models/user-list-query.ts'
import { readSite, type Site } from '../_site/site.ts'

/** RFC 2426 and RFC 6350. */
export const VCARD_VERSIONS = ['3.0', '4.0'] as const
export type VcardVersion = (typeof VCARD_VERSIONS)[number]

const LINE_END = '\r\n'
const MAX_LINE_BYTES = 75

/**
 * A card for each person, without an email where these are hidden. It has no age, for which vCard has no property, and no revision, which
 * the database does not keep. With the address of `site` it leads back to the person's page.
 */
export function vcards(users: UserRow[], version: VcardVersion, site: Pick<Site, 'name' | 'url'> = readSite()): string {
  return users.map((user) => vcard(user, version, site)).join('')
}

function vcard({ id, username, email }: UserRow, version: VcardVersion, { name, url }: Pick<Site, 'name' | 'url'>): string {
  const lines = [
    'BEGIN:VCARD',
    `VERSION:${version}`,
    // The same on every host: a card that is read again replaces the former one.
    `UID:${url === null ? `urn:roster:user:${id}` : url + userProfileHref(id)}`,
    `FN:${escapeText(username)}`,
    // Which part of a username is the family name, nobody knows.
    `N:;${escapeText(username).replaceAll(';', '\\;')};;;`,
    ...(email === undefined ? [] : [`EMAIL${version === '3.0' ? ';TYPE=INTERNET' : ''}:${escapeText(email)}`]),
    ...(url === null ? [] : [`SOURCE:${url}${userDataHref('vcf', id)}`, `URL:${url}${userProfileHref(id)}`]),
    // What SOURCE names (RFC 2426, 2.1.2); version 4.0 has no property for it.
    ...(url === null || version === '4.0' ? [] : [`NAME:${escapeText(name)}`]),
    'END:VCARD',
  ]
  return lines.map((line) => fold(line) + LINE_END).join('')
}

// A semicolon parts the fields of a name, and is a character like others elsewhere: some readers would show its backslash.
function escapeText(text: string): string {
  return text.replaceAll(/[\\,]/g, '\\$&').replaceAll(/\r\n|[\r\n]/g, '\\n')
}

/** Breaks a line into lines of at most 75 bytes of UTF-8, between characters; all but the first begin with a space. */
function fold(line: string): string {
  if (Buffer.byteLength(line) <= MAX_LINE_BYTES) return line
  let folded = ''
  let bytes = 0
  for (const character of line) {
    const length = Buffer.byteLength(character)
    if (bytes + length > MAX_LINE_BYTES) {
      folded += `${LINE_END} `
      bytes = 1
    }
    folded += character
    bytes += length
  }
  return folded
}
