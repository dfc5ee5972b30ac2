import 'server-only'
import { isHidden } from '../_site/site.ts'
import type { UserListQuery } from './user-list-query.ts'

/**
 * `query` without an order or a filter by a field that the operator hides. The parser of URLs leaves these out; what the model reads must not
 * depend on whether a caller did.
 */
export function withoutHidden(query: UserListQuery): UserListQuery {
  const { sort } = query
  const shown = (sort === 'email' || sort === 'age') && isHidden(sort) ? { ...query, sort: null } : query
  return isHidden('age') ? { ...shown, age_min: null, age_max: null, age: null } : shown
}
