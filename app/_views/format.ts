import type { HideableField } from '../_site/site.ts'

/** What a search looks through: `Username or email`. */
export function formatSearched(hiddenFields: HideableField[]): string {
  return hiddenFields.includes('email') ? 'Username' : 'Username or email'
}

const AND = new Intl.ListFormat('en-GB', { type: 'conjunction' })

/** `username, email and age`, without what is hidden. */
export function formatShown(fields: string[], hiddenFields: HideableField[]): string {
  return AND.format(fields.filter((field) => !hiddenFields.some((hidden) => hidden === field)))
}

/** `1 person`, `1,234 people`, `no people`. */
export function formatCount(people: number): string {
  if (people === 0) return 'no people'
  return people === 1 ? '1 person' : `${people.toLocaleString('en')} people`
}

/** `30 to 39`, `30`, `30 or more`, `up to 39`. */
export function formatAgeRange(min: number | null, max: number | null): string {
  if (min === null) return `up to ${max}`
  if (max === null) return `${min} or more`
  return min === max ? String(min) : `${min} to ${max}`
}
