import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { UserRow } from '../../../app/_models/user.ts'
import type { UserListQuery } from '../../../app/_models/user-list-query.ts'
import type { ListPosition, streamUsers } from '../../../app/_models/whole-list.ts'
import { type Directory, temporaryDirectory } from '../../fixtures/engines.ts'
import { listPlainly } from './list-plainly.ts'
import { modelOn } from './model-on.ts'
import { people, query } from './random-lists.ts'

const { signal } = new AbortController()

type Options = Omit<Parameters<typeof streamUsers>[1], 'signal'>

async function wholeListOn(database: Directory) {
  await modelOn(database)
  const model = await import('../../../app/_models/whole-list.ts')
  const list = async (asked: UserListQuery, options: Options = {}) => {
    const users: UserRow[] = []
    let position: ListPosition | null = null
    for await (const step of model.streamUsers(asked, { ...options, signal })) {
      users.push(...step.users)
      position = step.position
    }
    return { users, position }
  }
  return { ...model, list }
}

test.each([
  ['the limits of production', {}],
  ['steps of two rows, where the index finds all matches', { stepRows: { first: 2, max: 4 } }],
  ['steps of two rows, where everybody is read', { stepRows: { first: 2, max: 4 }, maxFound: 0 }],
])('the whole list has the same people as a plain filter and sort of everybody, within %s', { timeout: 300_000 }, async (_, limits) => {
  const database = await temporaryDirectory()
  const { list, countMatches } = await wholeListOn(database)
  await fc.assert(
    fc.asyncProperty(people, fc.array(query, { minLength: 8, maxLength: 8 }), async (everybody, queries) => {
      await database.execute('DELETE FROM "User"')
      await database.addPeople(everybody)
      for (const asked of queries) {
        const expected = listPlainly(everybody, asked)
        expect((await list(asked, limits)).users).toEqual(expected)
        expect(await countMatches(asked, signal)).toBe(expected.length)
        // In pages by position.
        const paged = []
        let after: ListPosition | null = null
        do {
          const page: Awaited<ReturnType<typeof list>> = await list(asked, { ...limits, after, wanted: 7 })
          expect(page.users.length).toBeLessThanOrEqual(7)
          paged.push(...page.users)
          after = page.position
        } while (after !== null)
        expect(paged).toEqual(expected)
      }
    }),
    { numRuns: 40 },
  )
})

test('while others are added and removed, everybody who stays comes once', { timeout: 300_000 }, async () => {
  const database = await temporaryDirectory()
  const { streamUsers } = await wholeListOn(database)
  await fc.assert(
    fc.asyncProperty(people, query, fc.infiniteStream(fc.nat()), fc.nat({ max: 1_000 }), async (everybody, asked, choices, maxFound) => {
      await database.execute('DELETE FROM "User"')
      await database.addPeople(everybody)
      const isStaying = ({ id }: { id: number }) => id % 2 === 0
      const present = new Map(everybody.map((person) => [person.id, person]))
      const listed: UserRow[] = []
      for await (const { users } of streamUsers(asked, { signal, stepRows: { first: 2, max: 4 }, maxFound })) {
        listed.push(...users)
        const others = everybody.filter((person) => !isStaying(person))
        const other = others[choices.next().value % others.length]
        if (other === undefined) continue
        if (present.delete(other.id)) await database.execute(`DELETE FROM "User" WHERE "id" = ${other.id}`)
        else {
          await database.addPeople([other])
          present.set(other.id, other)
        }
      }
      expect(listed.filter(isStaying)).toEqual(listPlainly(everybody.filter(isStaying), asked))
      expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length)
    }),
    { numRuns: 150 },
  )
})
