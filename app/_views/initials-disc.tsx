import { hueOf, initialsOf } from './initials.ts'
import { isBlank } from './plain-text.ts'

type InitialsDiscProps = { name: string; size?: 'small' | 'large' }

/**
 * The initials of a name in a tinted disc, as decoration beside the name: drawn by initials-disc.css from an attribute, so that nobody
 * hears, finds, selects or copies them.
 */
export function InitialsDisc({ name, size = 'small' }: InitialsDiscProps) {
  const hue = isBlank(name) ? '' : ` hue-${hueOf(name)}`
  return <span aria-hidden="true" className={`disc${hue}${size === 'large' ? ' disc-large' : ''}`} data-initials={initialsOf(name)} />
}
