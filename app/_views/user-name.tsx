import type { Search } from '../_models/search-words.ts'
import type { UserRow } from '../_models/user.ts'
import { MarkedText } from './marked-text.tsx'
import { isBlank, plainText } from './plain-text.ts'

type UserNameProps = { user: UserRow; search?: Search }

/** A username in which the searched words are marked, or a stand-in for a name without visible characters. */
export function UserName({ user, search }: UserNameProps) {
  if (isBlank(user.username)) return <span className="text-muted">{plainUserName(user)}</span>
  return <MarkedText text={user.username} search={search} isUsername />
}

/** The same without markup, for titles. */
export function plainUserName({ id, username }: Pick<UserRow, 'id' | 'username'>): string {
  return isBlank(username) ? `No visible name (ID ${id})` : plainText(username)
}
