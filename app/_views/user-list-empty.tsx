import { type SearchWord, searchWords } from '../_models/search-words.ts'
import { isNarrowed, type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import type { HideableField } from '../_site/site.ts'
import { formatAgeRange, formatSearched } from './format.ts'
import { Panel } from './panel.tsx'
import { QuotedSearch } from './quoted-search.tsx'

type UserListEmptyProps = { query: UserListQuery; words: SearchWord[]; hiddenFields: HideableField[] }

export function UserListEmpty(props: UserListEmptyProps) {
  return <Panel>{isNarrowed(props.query) ? <NothingFound {...props} /> : <NoOneYet />}</Panel>
}

function NoOneYet() {
  return (
    <p>
      There is no one here yet. Add people in Prisma Studio (<code>npx prisma studio</code>), or create sample people with{' '}
      <code>npx prisma db seed</code>.
    </p>
  )
}

function NothingFound({ query, words, hiddenFields }: UserListEmptyProps) {
  const { q, age_min, age_max, age } = query
  const typed = searchWords(q)
  const hasShortWords = words.some(({ isShort }) => isShort)
  const hasRange = age_min !== null || age_max !== null
  const hasFilter = hasRange || age !== null
  return (
    <div className="grid grid-cols-1 gap-3">
      <p className="written-text">
        {q === '' ? 'There is no one' : 'No one'}
        {hasRange && ` aged ${formatAgeRange(age_min, age_max)}`}
        {age !== null && ' without an age'}
        {q !== '' && (
          <>
            {/* A short word may well be inside a name. */}
            {hasShortWords ? ' matches ' : ' has '}
            <QuotedSearch text={q} />
            {!hasShortWords && ` in their ${formatSearched(hiddenFields).toLowerCase()}`}
          </>
        )}
        .
      </p>
      <ul className="grid grid-cols-1 gap-2">
        {(typed.length > 1 || hasFilter) &&
          typed.map((word, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a word may occur twice
            <li key={index} className="written-text">
              <a href={userListHref(query, { q: typed.filter((_, other) => other !== index).join(' ') })}>
                Without <QuotedSearch text={word} />
              </a>
            </li>
          ))}
        {q !== '' && hasFilter && (
          <li>
            <a href={userListHref(query, { age_min: null, age_max: null, age: null })}>At any age</a>
          </li>
        )}
        <li>
          <a href={userListHref()}>Browse all people</a>
        </li>
      </ul>
    </div>
  )
}
