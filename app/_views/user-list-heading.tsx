import { Fragment } from 'react'
import type { SearchWord } from '../_models/search-words.ts'
import type { UserPage } from '../_models/user.ts'
import { isNarrowed, type UserListQuery } from '../_models/user-list-query.ts'
import type { HideableField } from '../_site/site.ts'
import { formatCount } from './format.ts'
import { QuotedSearch } from './quoted-search.tsx'

type UserListHeadingProps = {
  query: UserListQuery
  page: Pick<UserPage, 'count' | 'isCountExact' | 'isTooBroad'>
  words: SearchWord[]
  hiddenFields: HideableField[]
}

export function UserListHeading({ query, page, words, hiddenFields }: UserListHeadingProps) {
  const shortWords = words.filter(({ isShort }) => isShort)
  return (
    <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
      <h1>People</h1>
      {/* Screen readers announce the new number when results follow typing. */}
      <p role="status" className="text-muted tabular-nums">
        {describeCount(query, page)}
      </p>
      {shortWords.length > 0 && (
        <p className="written-text basis-full text-muted text-sm">
          {shortWords.map(({ text }, index) => (
            <Fragment key={text}>
              {index > 0 && ', '}
              <QuotedSearch text={text} />
            </Fragment>
          ))}{' '}
          {shortWords.length === 1 ? 'is short, so it only matches' : 'are short, so they only match'} the start of{' '}
          {hiddenFields.includes('email') ? 'a name or name part' : 'a name, name part or email'}.
        </p>
      )}
    </div>
  )
}

function describeCount(query: UserListQuery, { count, isCountExact, isTooBroad }: UserListHeadingProps['page']): string {
  if (isTooBroad) return 'Too many people match'
  if (count === 0) return isNarrowed(query) ? 'No one matches' : 'No one yet'
  const people = `${isCountExact ? '' : 'More than '}${formatCount(count)}`
  if (!isNarrowed(query)) return `${people} in all`
  return `${people} ${count === 1 ? 'matches' : 'match'}`
}
