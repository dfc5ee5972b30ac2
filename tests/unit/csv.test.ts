import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BYTE_ORDER_MARK, csvHeader, csvLines, csvLinesForExcel } from '../../app/_data/csv.ts'

const text = fc.string({
  unit: fc.oneof(fc.constantFrom('"', ',', ';', "'", '\r', '\n', '\t', ' ', '=', '+', '-', '@', 'ж', '😀'), fc.string()),
})
const people = fc.array(fc.record({ id: fc.nat(), username: text, email: text, age: fc.option(fc.nat({ max: 150 })) }))

test('a strict parser reads what was written', () => {
  fc.assert(
    fc.property(people, (users) => {
      const rows: Record<string, string>[] = parse(csvHeader([]) + csvLines(users), { columns: true, record_delimiter: '\r\n' })
      expect(rows).toEqual(
        users.map(({ id, username, email, age }) => ({ id: String(id), username, email, age: age === null ? '' : String(age) })),
      )
    }),
  )
})

test.each([
  ['=1+1', "'=1+1"],
  ['+49', "'+49"],
  ['-1', "'-1"],
  ['@sum', "'@sum"],
  [' =1', "' =1"],
  ['"=1', `"'""=1"`],
  ["'=1", "''=1"],
  ['ada', 'ada'],
  ["o'brien", "o'brien"],
  ['a=b', 'a=b'],
])('for Excel, %j is written as %j', (username, written) => {
  const user = { id: 1, username, email: 'a@b.c', age: null }
  expect(csvLinesForExcel([user])).toBe(`1,${written},a@b.c,\r\n`)
  expect(csvLines([user])).not.toContain(`'${username}`)
})

test('the byte order mark is that of UTF-8', () => {
  expect(Buffer.from(BYTE_ORDER_MARK).toString('hex')).toBe('efbbbf')
})

test('a hidden field has no column', () => {
  expect(csvHeader(['email']) + csvLines([{ id: 1, username: 'ada', age: null }])).toBe('id,username,age\r\n1,ada,\r\n')
  expect(csvHeader(['email', 'age']) + csvLinesForExcel([{ id: 1, username: '=ada' }])).toBe("id,username\r\n1,'=ada\r\n")
})
