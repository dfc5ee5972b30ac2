import { isShortWord, searchWords } from '../_models/search-words.ts'
import { isNarrowed, type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import { formatAgeRange } from './format.ts'
import { Panel } from './panel.tsx'
import { QuotedSearch } from './quoted-search.tsx'

export function UserListEmpty({ query }: { query: UserListQuery }) {
  return <Panel>{isNarrowed(query) ? <NothingFound query={query} /> : <NoOneYet />}</Panel>
}

function NoOneYet() {
  return (
    <p>
      There is no one here yet. Add people in Prisma Studio (<code>npx prisma studio</code>), or create sample people with{' '}
      <code>npx prisma db seed</code>.
    </p>
  )
}

function NothingFound({ query }: { query: UserListQuery }) {
  const { q, age_min, age_max, age } = query
  const words = searchWords(q)
  const hasShortWord = words.some(isShortWord)
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
            {hasShortWord ? ' matches ' : ' has '}
            <QuotedSearch text={q} />
            {!hasShortWord && ' in their username or email'}
          </>
        )}
        .
      </p>
      <ul className="grid grid-cols-1 gap-2">
        {(words.length > 1 || hasFilter) &&
          words.map((word, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a word may occur twice
            <li key={index} className="written-text">
              <a href={userListHref(query, { q: words.filter((_, other) => other !== index).join(' ') })}>
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
