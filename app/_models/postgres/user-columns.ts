import 'server-only'
import { Prisma } from '../../../prisma/postgres/generated/client.ts'
import { shownColumns } from '../user-rows.ts'

/** The columns of a person that are read, for raw SQL. */
export function userColumns(): Prisma.Sql {
  const names = Object.entries(shownColumns()).flatMap(([name, isShown]) => (isShown ? `"${name}"` : []))
  return Prisma.raw(names.join(', '))
}
