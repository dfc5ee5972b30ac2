import type { UserListQuery } from '../_models/user-list-query.ts'

// Some file systems take 255 bytes, which is 63 characters of four bytes each.
const MAX_NAME_LENGTH = 60

/** The name of a file with the list of `query`, without extension: `users-ann-age-30-to-39-by-username`. */
export function listFileName({ q, sort, dir, age_min, age_max, age }: UserListQuery): string {
  const parts = ['users', q]
  if (age !== null) parts.push('age-unknown')
  if (age_min !== null) parts.push(`age-${age_min}`)
  if (age_max !== null) parts.push(age_min === null ? `age-to-${age_max}` : `to-${age_max}`)
  if (sort !== null) parts.push(`by-${sort}`)
  if (dir === 'desc') parts.push('descending')
  return tidy(parts.filter((part) => part !== '').join('-'))
}

/** The name of a file about one person. */
export function userFileName({ id, username }: { id: number; username: string }): string {
  return tidy(`user-${id}-${username}`)
}

/** Content-Disposition for a file of this name: https://www.rfc-editor.org/rfc/rfc6266#section-4.3 */
export function contentDisposition(type: 'attachment' | 'inline', name: string): string {
  // For programs that do not know filename*: without what is not ASCII.
  const ascii = name.replaceAll(/[^ -~]+/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${type}; filename="${ascii}"${ascii === name ? '' : `; filename*=UTF-8''${encoded}`}`
}

function tidy(name: string): string {
  const plain = name.replaceAll(/[^\p{L}\p{M}\p{N}@._-]+/gu, '-').replaceAll(/-{2,}/g, '-')
  return [...plain]
    .slice(0, MAX_NAME_LENGTH)
    .join('')
    .replace(/[-.]+$/, '')
}
