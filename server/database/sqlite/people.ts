import type { Person } from '../sample-people.ts'
import { FAMILY_NAMES, GIVEN_NAMES, LANGUAGES } from './names.ts'

// Powers of two, so that `shuffle` can permute all combinations.
const GIVEN_SLOTS = 256
const FAMILY_SLOTS = 1024

type Spelling = 'name' | 'initial'

/** `rank` numbers the `of` slots that share this `text`. */
type Part = { text: string; rank: number; of: number }

type Slot = Record<Spelling, Part>

type Style = { given: Spelling; family: Spelling; join: (given: string, family: string) => string }

// No two styles may yield the same text from any names: uniqueness depends on it.
const STYLES: readonly Style[] = [
  { given: 'name', family: 'name', join: (given, family) => `${given}.${family}` },
  { given: 'name', family: 'name', join: (given, family) => `${given}_${family}` },
  { given: 'name', family: 'name', join: (given, family) => `${given}-${family}` },
  { given: 'initial', family: 'name', join: (given, family) => given + family },
  { given: 'name', family: 'initial', join: (given, family) => `${given}.${family}` },
  { given: 'name', family: 'name', join: (given, family) => `${family}.${given}` },
  { given: 'name', family: 'name', join: (given, family) => given + family },
  { given: 'initial', family: 'name', join: (given, family) => `${family}_${given}` },
]

const COMBINATIONS = GIVEN_SLOTS * FAMILY_SLOTS * STYLES.length

const GIVEN = fillSlots(GIVEN_NAMES.split(/\s+/), GIVEN_SLOTS)
const FAMILY = fillSlots(FAMILY_NAMES.split(/\s+/), FAMILY_SLOTS)

// One person in five has a name beyond ASCII.
const CYCLE = 5

/** One for each share of a language in the names beyond ASCII, with its number among those of the language. */
const SHARES = LANGUAGES.flatMap(({ code, weight, given, family, separator }) => {
  const language = { code, weight, separator, given: splitNames(given), family: splitNames(family) }
  return Array.from({ length: weight }, (_, share) => ({ ...language, share }))
})

/**
 * The generated person number `index` (from 0), always the same, with a username and an email that no other index has in any letter case.
 */
export function generatePerson(index: number): Person {
  const cycle = Math.floor(index / CYCLE)
  const hash = mix(index)
  const name = index % CYCLE === CYCLE - 1 ? nameBeyondAscii(cycle) : nameInAscii(cycle * (CYCLE - 1) + (index % CYCLE))
  return { username: name.username, email: `${name.email}@${domain(hash)}`, age: age(hash) }
}

type Name = { username: string; email: string }

/** A combination of style and name slots is used once a round; where several give the same text, the number after it differs. */
function nameInAscii(index: number): Name {
  const round = Math.floor(index / COMBINATIONS)
  const combination = shuffle(index % COMBINATIONS)
  const style = combination % STYLES.length
  const given = at(GIVEN, Math.floor(combination / STYLES.length) % GIVEN_SLOTS)
  const family = at(FAMILY, Math.floor(combination / STYLES.length / GIVEN_SLOTS))
  // A style of its own shows in the email what the username abbreviates; one to one, so that emails stay unique.
  const emailStyle = (style + 3) % STYLES.length
  return { username: spell(at(STYLES, style), given, family, round), email: spell(at(STYLES, emailStyle), given, family, round) }
}

/** The code of the language keeps the email apart from those of other languages, and from all of `nameInAscii`. */
function nameBeyondAscii(index: number): Name {
  const { code, weight, share, separator, ...names } = at(SHARES, index % SHARES.length)
  const combination = Math.floor(index / SHARES.length) * weight + share
  const given = at(names.given, combination % names.given.length)
  const family = at(names.family, Math.floor(combination / names.given.length) % names.family.length)
  const round = Math.floor(combination / names.given.length / names.family.length)
  const number = round === 0 ? '' : String(round + 1)
  return {
    // Where no space parts the names, the family name is first.
    username: (separator ? given.text + separator + family.text : family.text + given.text) + (number && separator + number),
    email: `${given.ascii}.${family.ascii}.${code}${number}`,
  }
}

function splitNames(names: string): { text: string; ascii: string }[] {
  return names.split(', ').map((name) => {
    const [text = '', ascii = ''] = name.split(':')
    return { text, ascii }
  })
}

/** A permutation of the numbers below COMBINATIONS that looks random. */
function shuffle(number: number): number {
  let bits = number
  for (const odd of [0x9e3779b1, 0x85ebca6b]) bits = Math.imul(bits ^ (bits >>> 11), odd) & (COMBINATIONS - 1)
  return bits ^ (bits >>> 11)
}

/** A hash of 32 bits: the finalizer of MurmurHash3. */
function mix(number: number): number {
  let bits = Math.imul(number ^ (number >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

function spell(style: Style, givenSlot: Slot, familySlot: Slot, round: number): string {
  const given = givenSlot[style.given]
  const family = familySlot[style.family]
  const number = (round * given.of + given.rank) * family.of + family.rank
  const text = style.join(given.text, family.text)
  return number === 0 ? text : text + (number + 1)
}

function domain(hash: number): string {
  const share = (hash >>> 28) & 15
  if (share < 1) return 'example.net'
  return share < 6 ? 'example.org' : 'example.com'
}

function age(hash: number): number | null {
  const share = hash % 100
  const spread = Math.floor(hash / 100)
  if (share < 3) return null
  if (share < 9) return spread % 18
  if (share < 13) return 81 + (spread % 20)
  // The sum of two dice: most around 49, few at both ends.
  return 18 + (spread % 32) + (Math.floor(spread / 32) % 32)
}

/** Divides `size` slots among `names`, fewer and fewer from the first to the last, which gets one. */
function fillSlots(names: string[], size: number): Slot[] {
  const texts = Array.from({ length: size }, (_, slot) => at(names, Math.floor(names.length * ((slot + 0.5) / size) ** 2)))
  const initials = rank(texts.map((text) => text.charAt(0)))
  return rank(texts).map((name, slot) => ({ name, initial: at(initials, slot) }))
}

function rank(texts: string[]): Part[] {
  const counts = new Map<string, number>()
  const parts = texts.map((text) => {
    const rank = counts.get(text) ?? 0
    counts.set(text, rank + 1)
    return { text, rank }
  })
  return parts.map((part) => ({ ...part, of: counts.get(part.text) ?? 0 }))
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`)
  return item
}
