import type { HideableField } from '../../app/_site/site.ts'
import { OperatorError } from '../errors.ts'

const HIDEABLE_FIELDS = ['email', 'age'] as const
const OTHER_FIELDS = ['id', 'username']

/**
 * The fields of a person that HIDDEN_FIELDS names.
 * @throws OperatorError when it names another one.
 */
export function readHiddenFields(): HideableField[] {
  const text = process.env.HIDDEN_FIELDS ?? ''
  const names = text.split(',').map((name) => name.trim())
  const wrong = names.find((name) => name !== '' && !HIDEABLE_FIELDS.some((field) => field === name))
  if (wrong === undefined) return HIDEABLE_FIELDS.filter((field) => names.includes(field))
  const reason = OTHER_FIELDS.includes(wrong) ? `${wrong} cannot be hidden` : `a person has no field "${wrong}"`
  throw new OperatorError(`HIDDEN_FIELDS is "${text}": ${reason}; it must be email, age or both, with a comma between`)
}
