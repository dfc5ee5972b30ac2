import 'server-only'
import type { User } from '../../prisma/generated/client.ts'
import { isHidden } from '../_site/site.ts'
import { database } from './sqlite/database.ts'

/** A person as pages and data show them. A field that the operator hides is missing: it is not even read. */
export type UserRow = Pick<User, 'id' | 'username'> & Partial<Pick<User, 'email' | 'age'>>

/** The columns that are read of a person. An index of prisma/schema.prisma has all of them for each order of the list. */
export function shownColumns() {
  return { id: true, username: true, email: !isHidden('email'), age: !isHidden('age') }
}

/** The people with `ids`, in their order. */
export async function readUsers(ids: number[]): Promise<UserRow[]> {
  if (ids.length === 0) return []
  const users = await database().user.findMany({ select: shownColumns(), where: { id: { in: ids } } })
  const positions = new Map(ids.map((id, position) => [id, position]))
  return users.sort((a, b) => (positions.get(a.id) ?? 0) - (positions.get(b.id) ?? 0))
}
