import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvHeader, csvLines } from '../../app/_data/csv.ts'
import { vcards } from '../../app/_data/vcard.ts'
import { MAX_ROW_CHARACTERS } from '../../server/import/imported-row.ts'
import { readRows } from '../fixtures/read-rows.ts'

const ZOE = { username: 'Zoë', email: 'zoe@example.net', age: '29' }

async function readCells(bytes: Buffer | string, options = {}) {
  const { rows } = await readRows(bytes, options)
  expect(rows.filter(({ fault }) => fault !== null)).toEqual([])
  return rows.map(({ cells }) => cells)
}

describe('CSV as programs write it', () => {
  test('Excel, German: semicolons, CR LF, Windows-1252', async () => {
    const text =
      'Name;E-Mail;Age\r\nZo\xeb;zoe@example.net;29\r\n"M\xfcller; Jos\xe9";mueller@example.net;\r\n\x80uro;euro@example.net;1\r\n'
    const { rows, notes } = await readRows(Buffer.from(text, 'latin1'))
    expect(rows.map(({ cells }) => cells)).toEqual([
      ZOE,
      { username: 'Müller; José', email: 'mueller@example.net', age: null },
      { username: '€uro', email: 'euro@example.net', age: '1' },
    ])
    expect(notes).toEqual(['The file is read as Windows-1252; another encoding: --encoding NAME'])
  })

  test('Excel, "CSV UTF-8": a byte order mark', async () => {
    expect(await readCells('\ufeffusername,email,age\r\nZoë,zoe@example.net,29\r\n')).toEqual([ZOE])
  })

  test.each([
    ['with a byte order mark', Buffer.from('\ufeff', 'utf16le')],
    ['without one', Buffer.alloc(0)],
  ])('Excel, "Unicode Text": UTF-16 with tabs, %s, in either byte order', async (_, mark) => {
    const little = Buffer.concat([mark, Buffer.from('User name\tE-mail address\tAge\r\nZoë\tzoe@example.net\t29\r\n', 'utf16le')])
    expect(await readCells(little)).toEqual([ZOE])
    expect(await readCells(Buffer.from(little).swap16())).toEqual([ZOE])
  })

  test('Excel: a line that names the separator, and rows of empty cells', async () => {
    const { rows } = await readRows('sep=;\r\nusername;email;age\r\nZoë;zoe@example.net;29;;\r\n;;\r\nada;ada@example.com;36\r\n')
    expect(rows).toEqual([
      { line: 3, cells: ZOE, fault: null },
      { line: 5, cells: { username: 'ada', email: 'ada@example.com', age: '36' }, fault: null },
    ])
  })

  test('LibreOffice: all text in quotation marks, LF, values of several lines', async () => {
    const { rows } = await readRows('"username","email","age"\n"Miles ""T""\nO\'Brien","miles@example.org",42\n"ada","ada@example.com",\n')
    expect(rows).toEqual([
      { line: 2, cells: { username: 'Miles "T"\nO\'Brien', email: 'miles@example.org', age: '42' }, fault: null },
      { line: 4, cells: { username: 'ada', email: 'ada@example.com', age: null }, fault: null },
    ])
  })

  test('Google Contacts: the name from its parts', async () => {
    const header =
      'First Name,Middle Name,Last Name,Phonetic First Name,Nickname,Organization Name,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value'
    const { rows, notes } = await readRows(
      `${header}\nGrace,Brewster,Hopper,,Amazing,Navy,,* myContacts,* Work,grace@example.org\nAda,,,,,,,,,ada@example.com\n`,
    )
    expect(rows.map(({ cells }) => cells)).toEqual([
      { username: 'Grace Brewster Hopper', email: 'grace@example.org' },
      { username: 'Ada', email: 'ada@example.com' },
    ])
    expect(notes).toContain('The username is put together from First Name and Middle Name and Last Name')
  })

  test('Outlook', async () => {
    const header = '"Title","First Name","Middle Name","Last Name","Suffix","Company","E-mail Address","E-mail Type","E-mail Display Name"'
    expect(await readCells(`${header}\r\n"","Grace","","Hopper","","Navy","grace@example.org","SMTP","Grace Hopper"\r\n`)).toEqual([
      { username: 'Grace Hopper', email: 'grace@example.org' },
    ])
  })

  test('an LDAP export: uid before cn, mail', async () => {
    const { rows, notes } = await readRows('dn,cn,uid,mail\n"uid=ada,dc=example",Ada Lovelace,ada,ada@example.com\n')
    expect(rows.map(({ cells }) => cells)).toEqual([{ username: 'ada', email: 'ada@example.com' }])
    expect(notes).toEqual(['Ignored: the columns dn, cn'])
  })
})

describe('CSV columns', () => {
  test('--columns chooses, joins and leaves out', async () => {
    const columns = { username: ['Given', 'Family'], email: ['mail'], id: [] }
    expect(await readCells('id,Given,Family,Mail,email\n1,Ada,Lovelace,ada@example.com,x\n', { columns })).toEqual([
      { username: 'Ada Lovelace', email: 'ada@example.com' },
    ])
  })

  test.each([
    ['ada,ada@example.com,36\n', {}, 'no column for username or email'],
    ['user,e-mail,E_Mail\n', {}, '2 columns for the email: "e-mail", "E_Mail"'],
    ['user,mail\n', { columns: { age: ['Years'] } }, 'no column "Years" for the age'],
  ])('%j is refused', async (text, options, message) => {
    await expect(readRows(text, { format: 'csv', ...options })).rejects.toThrow(message)
  })

  test('a row with too few or too many values is refused, and named', async () => {
    const { rows } = await readRows('username,email,age\nada,ada@example.com\nbob,b,o,b\n')
    expect(rows.map(({ line, fault }) => [line, fault])).toEqual([
      [2, 'has 2 values, and the header has 3'],
      [3, 'has 4 values, and the header has 3'],
    ])
  })
})

const LONG = 'x'.repeat(2 * MAX_ROW_CHARACTERS)

test.each([
  ['line 2 begins a quotation that does not end', 'csv', 'username,email\n"ada,ada@example.com\nbob,bob@example.com\n'],
  ['line 3 has a quotation mark within a value', 'csv', 'username,email\nada,a\nMiles "T" O,m\n'],
  ['line 3 has a quotation mark within a value', 'csv', 'username,email\nada,a\n"a"da,m\n'],
  ['line 2 is longer than 4,194,304 characters', 'csv', `username,email\n${LONG}`],
  ['line 2 begins a person of more than 4,194,304 characters', 'ndjson', `{}\n{"username":"${LONG}`],
  ['line 2 begins a person of more than 4,194,304 characters', 'json', `[{},\n{"username":"${LONG}`],
  ['line 1 begins a person of more than 4,194,304 characters', 'vcf', `BEGIN:VCARD\n${'X:x\n'.repeat(MAX_ROW_CHARACTERS / 3)}`],
  ['it is not valid JSON, or it ends too early', 'json', '[{"username":"ada"}'],
  ['its JSON is neither', 'json', '{"people":[]}'],
  ['its format is not clear', null, 'hello world'],
] as const)('"%s" refuses the whole %s file', async (message, format, content) => {
  await expect(readRows(content, { format }, 2 ** 16)).rejects.toThrow(message)
})

test('UTF-8 with a damaged character stays UTF-8, and the damage is seen', async () => {
  const bytes = Buffer.concat([
    Buffer.from('username,email\nZoë,zoe@example.net\nŁukasz'),
    Buffer.from([0xff]),
    Buffer.from(',l@example.com\n'),
  ])
  expect(await readCells(bytes)).toEqual([
    { username: 'Zoë', email: 'zoe@example.net' },
    { username: 'Łukasz\ufffd', email: 'l@example.com' },
  ])
})

describe('JSON', () => {
  test('a page names the next one; values that are no text and no number are kept as bytes', async () => {
    const text = '{"total":3,"x":["users"],"users":[{"username":["a"],"email":"a@x","age":true},\n 7],"next":"/users.json?after=2"}'
    const { rows, notes } = await readRows(text)
    expect(rows).toEqual([
      { line: 1, cells: { username: Buffer.from('["a"]'), email: 'a@x', age: Buffer.from('true') }, fault: null },
      { line: 2, cells: {}, fault: 'is not a JSON object' },
    ])
    expect(notes).toEqual(['next /users.json?after=2'])
  })

  test('of NDJSON, a line that cannot be read is refused, and missing fields are not null', async () => {
    const { rows } = await readRows('{"email":"a@x","age":null}\n\n{"email":\n{"E-Mail":"b@x"}\n')
    expect(rows).toEqual([
      { line: 1, cells: { email: 'a@x', age: null }, fault: null },
      { line: 3, cells: {}, fault: 'is not a JSON object' },
      { line: 4, cells: { email: 'b@x' }, fault: null },
    ])
  })
})

describe('vCard', () => {
  test('as Apple writes it: folded lines, groups, a photo, escapes', async () => {
    const card = [
      ...['BEGIN:VCARD', 'VERSION:3.0', 'PRODID:-//Apple Inc.//macOS 15//EN', 'N:O\\;Brien;Miles;;;', 'FN:Miles\\, O\\;Brien', ' \\\\x'],
      ...['PHOTO;ENCODING=b;TYPE=JPEG:AAAA', ' BBBB', 'EMAIL;type=INTERNET:other@example.org'],
      ...[
        'item1.EMAIL;type=INTERNET;type=pref:miles@example.org',
        'item1.X-ABLabel;x:_$!<Other>!$_',
        'UID:urn:roster:user:7',
        'END:VCARD',
        '',
      ],
    ].join('\r\n')
    const cells = { username: 'Miles, O;Brien\\x', email: 'miles@example.org' }
    expect((await readRows(card + card)).rows.map((row) => [row.line, row.cells])).toEqual([
      [1, cells],
      [14, cells],
    ])
    expect(await readCells(card, { isIdWanted: true })).toEqual([{ ...cells, id: '7' }])
    // As a site with SITE_URL names a person.
    const withUrl = card.replace('urn:roster:user:7', 'https://people.example.com/user/profile/8')
    expect(await readCells(withUrl, { isIdWanted: true })).toEqual([{ ...cells, id: '8' }])
  })

  test('of version 2.1, broken, or without an end is refused alone', async () => {
    const { rows } = await readRows(
      'BEGIN:VCARD\nVERSION:2.1\nFN:x\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nBEGIN:VCARD\nVERSION:4.0\nFN:ada\nEMAIL;PREF=1:ada@example.com\nEND:VCARD\n',
    )
    expect(rows).toEqual([
      { line: 1, cells: {}, fault: 'is a vCard of version 2.1; export it as 3.0 or 4.0' },
      { line: 5, cells: {}, fault: 'has no END:VCARD' },
      { line: 7, cells: { username: 'ada', email: 'ada@example.com' }, fault: null },
    ])
  })
})

const WRITERS = {
  csv: (people: Person[]) => csvHeader([]) + csvLines(people),
  ndjson: (people: Person[]) => people.map((each) => `${JSON.stringify(each)}\n`).join(''),
  json: (people: Person[]) => JSON.stringify({ users: people, total: people.length, next: null }, null, people.length % 2),
  vcf: (people: Person[]) => vcards(people, people.length % 2 === 0 ? '3.0' : '4.0'),
}

type Person = { id: number; username: string; email: string; age: number | null }

const text = fc
  .stringMatching(/^[^\p{C}\s]([^\p{C}\p{Zl}\p{Zp}]{0,20}[^\p{C}\s])?$/u)
  .filter((value) => value === value.trim() && value.isWellFormed())
const people = fc.array(
  fc.record({
    id: fc.integer({ min: 1 }),
    username: text,
    email: text.map((name) => `${name}@example.com`),
    age: fc.option(fc.integer({ min: 0, max: 150 })),
  }),
)

test.each(Object.entries(WRITERS))('%s comes back as it was written, whatever the people and the chunks', async (format, write) => {
  await fc.assert(
    fc.asyncProperty(people, fc.integer({ min: 1, max: 50 }), async (each, chunkBytes) => {
      const { rows } = await readRows(write(each), { path: `people.${format}`, isIdWanted: true }, chunkBytes)
      const read = rows.map(({ cells: { id, username, email, age = null } }) => ({
        ...{ id: Number(id), username, email },
        age: age === null ? null : Number(age),
      }))
      expect(read).toEqual(format === 'vcf' ? each.map((person) => ({ ...person, age: null })) : each)
    }),
    { numRuns: 100 },
  )
})
