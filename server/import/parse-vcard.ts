import ICAL from 'ical.js'
import { type ImportedRow, MAX_ROW_CHARACTERS } from './imported-row.ts'
import { splitLines, tooLong } from './lines.ts'

/** As Roster's own vCards name a person: with SITE_URL by the address of the page. */
const ROSTER_UID = /^(?:urn:roster:user:|https?:\/\/[^/]+\/user\/profile\/)(\d{1,10})$/i

// ical.js refuses a whole card for a line that is not for us, such as a parameter without a value.
const READ_PROPERTY = /^(?:begin|end|(?:[\w-]+\.)?(?:version|fn|email|uid))[;:]/i

type Property = [name: string, parameters: Record<string, string | string[]>, type: string, ...values: unknown[]]

/** The people in vCards of version 3.0 or 4.0: FN is the username. The id is read from the UID only when `isIdWanted`. */
export async function* parseVcard(texts: AsyncIterable<string>, { isIdWanted }: { isIdWanted: boolean }): AsyncGenerator<ImportedRow> {
  let card: string[] = []
  let length = 0
  let first = 0
  let line = 0
  for await (const text of splitLines(texts)) {
    line += 1
    if (/^begin:vcard\s*$/i.test(text)) {
      if (card.length > 0) yield { line: first, cells: {}, fault: 'has no END:VCARD' }
      card = []
      length = 0
      first = line
    } else if (first === 0) {
      if (text.trim() !== '') yield { line, cells: {}, fault: 'is outside of a vCard' }
      continue
    }
    card.push(text)
    length += text.length
    if (length > MAX_ROW_CHARACTERS) throw tooLong(first)
    if (/^end:vcard\s*$/i.test(text)) {
      yield readCard(card.join('\r\n'), first, isIdWanted)
      card = []
      first = 0
    }
  }
  if (card.length > 0) yield { line: first, cells: {}, fault: 'has no END:VCARD' }
}

function readCard(text: string, line: number, isIdWanted: boolean): ImportedRow {
  const properties = parseCard(text)
  if (properties === null) return { line, cells: {}, fault: 'is not a valid vCard' }
  const version = findText(properties, 'version')
  if (version !== '3.0' && version !== '4.0')
    return { line, cells: {}, fault: `is a vCard of version ${version ?? 'unknown'}; export it as 3.0 or 4.0` }
  const cells: ImportedRow['cells'] = {
    username: findText(properties, 'fn')?.trim() ?? null,
    email: findText(properties, 'email')?.trim() ?? null,
  }
  const id = isIdWanted ? ROSTER_UID.exec(findText(properties, 'uid') ?? '')?.[1] : undefined
  if (id !== undefined) cells.id = id
  return { line, cells, fault: null }
}

function parseCard(text: string): Property[] | null {
  const lines = text
    .replaceAll(/\r\n[ \t]/g, '')
    .split('\r\n')
    .filter((line) => READ_PROPERTY.test(line))
    // ical.js leaves this one as it is where the value is not a list.
    .map((line) => line.replaceAll(/\\./g, (escaped) => (escaped === '\\;' ? ';' : escaped)))
  try {
    const [, properties]: [string, Property[]] = ICAL.parse(lines.join('\r\n'))
    return properties
  } catch {
    return null
  }
}

/** The value of the property `name`; of several the preferred one, else the first. */
function findText(properties: Property[], name: string): string | null {
  const all = properties.filter(([each, , , value]) => each === name && typeof value === 'string')
  const [, , , value] = all.find(([, parameters]) => isPreferred(parameters)) ?? all[0] ?? []
  return typeof value === 'string' ? value : null
}

function isPreferred({ pref, type = [] }: Record<string, string | string[]>): boolean {
  return pref === '1' || [type].flat().some((each) => each.toLowerCase() === 'pref')
}
