import type { Person } from './sample-people.ts'

// From common to rare: the first given name is in every tenth row, the last family name in every thousandth.
const GIVEN_NAMES = `maria anna mohammed john jose li fatima david elena ahmed sofia ivan priya james wei aisha peter yuki lucas olga
  thomas ana michael chen mei carlos emma ali laura daniel nadia juan sara raj julia paul amina martin eva hassan clara omar
  andrei lena kofi isabel hiroshi marta victor leila zoë josé łukasz søren françois björn jürgen rené noémie nuño åsa márta
  chloé ngozi kwame ioana mihai agnieszka piotr katarzyna tomasz jiri petra milan dragana goran mateja luka giulia marco
  chiara ingrid lars sanne pieter aoife ciaran rhys isla tariq zainab sanjay lakshmi arjun anjali minh thuy kenji haruka
  jisoo minjun siti budi tane aroha`

const FAMILY_NAMES = `garcia silva smith nguyen kim singh müller kowalski popescu ivanov rossi hansen yilmaz cohen tanaka khan dubois
  santos johnson wang petrov nowak jensen fernandez brown sato schmidt lopez novak kumar williams martinez andersson ferrari
  horvath jones hernandez patel park haddad costa papadopoulos wagner moreau gonzalez suzuki davis okafor nielsen wójcik
  sharma perez russo miller ionescu kaya leroy takahashi ferreira wilson virtanen weber ramirez bianchi moore rahman zhang
  pereira taylor petersen bakker becker rodriguez watanabe korhonen hoffmann romano anderson liu torres mensah lefebvre
  demir white choi oliveira kovács schäfer popov eriksson visser rivera harris colombo koch dumitru nakamura diaz makinen
  larsen clark bauer jung morales ricci richter adeyemi lewis smirnov klein girard kobayashi reyes marino wolf stan walker
  demirci ortiz schröder hall nilsson gutiérrez greco yang neumann smit allen celik roux chavez schwarz bruno young lindberg
  yamamoto ramos zimmermann gallo king vasiliev meijer braun fontaine ruiz wright conti krüger nieminen scott alvarez
  hofmann deluca green mendoza hartmann sahin mancini adams olsen castillo lange kuznetsov baker vasquez schmitt gheorghe
  costea nelson jimenez werner moretti ito krause hill moreno lehmann barbieri mulder rojas campbell köhler lombardi aydin
  romero schulze mitchell herrera maier giordano olsson gruber medina roberts fuchs rizzo pichler aguilar carter vargas
  huber fontana mayer guzmán phillips lang santoro evans salazar dietrich mariani turner vega ziegler munteanu parker kuhn
  castro pohl edwards delgado engel horn collins soto busch bergmann stewart contreras vogt morris peña sauer rogers arnold
  rios wolff guerrero pfeiffer reed lozano abebe cook tesfaye mbeki achieng odhiambo mutua banda moyo dlamini ndlovu
  ferdinandsen grünwald zábranský łaszczyk brzęczyszczykiewicz þorvaldsson ó-súilleabháin kahananui tuilagi featherstonehaugh`

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
const ASCII_GIVEN = fillSlots(toAscii(GIVEN_NAMES).split(/\s+/), GIVEN_SLOTS)
const ASCII_FAMILY = fillSlots(toAscii(FAMILY_NAMES).split(/\s+/), FAMILY_SLOTS)

/**
 * The generated person number `index` (from 0), always the same, with a username and an email that no other index has in any letter case.
 * Each combination of a style and name slots is used once per round; a number at the end tells apart those that give the same text.
 */
export function generatePerson(index: number): Person {
  const round = Math.floor(index / COMBINATIONS)
  const combination = shuffle(index % COMBINATIONS)
  const style = combination % STYLES.length
  const given = Math.floor(combination / STYLES.length) % GIVEN_SLOTS
  const family = Math.floor(combination / STYLES.length / GIVEN_SLOTS)
  const hash = mix(index)
  // Another style than the username's, which may abbreviate; each has its own, so that emails are unique.
  const emailStyle = (style + 3) % STYLES.length
  return {
    username: spell(at(STYLES, style), at(GIVEN, given), at(FAMILY, family), round),
    email: `${spell(at(STYLES, emailStyle), at(ASCII_GIVEN, given), at(ASCII_FAMILY, family), round)}@${domain(hash)}`,
    age: age(hash),
  }
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

function toAscii(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('ł', 'l').replaceAll('ø', 'o').replaceAll('þ', 'th')
}

function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`)
  return item
}
