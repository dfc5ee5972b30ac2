import 'server-only'
import type { User } from '../../prisma/generated/client.ts'
import { database } from './sqlite/database.ts'

/** The columns that pages show. An index of prisma/schema.prisma has all of them for each order of the list. */
export const USER_ROW = { id: true, username: true, email: true, age: true } as const

export type UserRow = Pick<User, keyof typeof USER_ROW>

/** The people with `ids`, in their order. */
export async function readUsers(ids: number[]): Promise<UserRow[]> {
  if (ids.length === 0) return []
  const users = await database().user.findMany({ select: USER_ROW, where: { id: { in: ids } } })
  const positions = new Map(ids.map((id, position) => [id, position]))
  return users.sort((a, b) => (positions.get(a.id) ?? 0) - (positions.get(b.id) ?? 0))
}
