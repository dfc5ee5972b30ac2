import { createHash } from 'node:crypto'
import type { PeopleDatabase, PersonRow } from './people-database.ts'

const PEOPLE_PER_PAGE = 10_000

/** All people of a database at one moment: SHA-256 of their lines (see `toLine`), in order of id. */
export type Digest = { people: number; sha256: string }

/** Adds people up, who are given in order of id. */
export class RunningDigest {
  readonly #hash = createHash('sha256')
  #people = 0

  add(people: PersonRow[]): void {
    this.#people += people.length
    this.#hash.update(people.map(toLine).join(''))
  }

  end(): Digest {
    return { people: this.#people, sha256: this.#hash.digest('hex') }
  }
}

/** Reads all people of `database`. `onPage` is called with the number of people in each part that was read, and may throw. */
export async function computeDigest(database: PeopleDatabase, onPage: (people: number) => Promise<void>): Promise<Digest> {
  const digest = new RunningDigest()
  let after = 0
  for (;;) {
    const page = await database.listPeople(after, PEOPLE_PER_PAGE)
    digest.add(page)
    await onPage(page.length)
    const last = page.at(-1)
    if (last === undefined) return digest.end()
    after = last[0]
  }
}

export function isEqual(one: Digest, other: Digest): boolean {
  return one.people === other.people && one.sha256 === other.sha256
}

/**
 * A person as a line of PostgreSQL's format COPY: columns with tabs between them, \N for an unknown age. Anybody can compute the same digest
 * with psql or sqlite3: docs/move.md has the commands.
 */
export function toLine([id, username, email, age]: PersonRow): string {
  return `${id}\t${escapeText(username)}\t${escapeText(email)}\t${age ?? '\\N'}\n`
}

function escapeText(text: string): string {
  return text.includes('\\') ? text.replaceAll('\\', '\\\\') : text
}
