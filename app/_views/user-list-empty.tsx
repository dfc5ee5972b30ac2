import { type SearchWord, searchWords } from '../_models/search-words.ts'
import { isNarrowed, type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import type { HideableField } from '../_site/site.ts'
import { EmptyDirectory } from './empty-directory.tsx'
import { formatAgeRange, formatSearched } from './format.ts'
import { Panel } from './panel.tsx'
import { QuotedSearch } from './quoted-search.tsx'

type UserListEmptyProps = { query: UserListQuery; words: SearchWord[]; hiddenFields: HideableField[] }

export function UserListEmpty(props: UserListEmptyProps) {
  if (!isNarrowed(props.query)) return <EmptyDirectory />
  return (
    <Panel>
      <NothingFound {...props} />
    </Panel>
  )
}

function NothingFound({ query, words, hiddenFields }: UserListEmptyProps) {
  const { q, age_min, age_max, age } = query
  const typed = searchWords(q)
  const hasShortWords = words.some(({ isShort }) => isShort)
  const hasRange = age_min !== null || age_max !== null
  const hasFilter = hasRange || age !== null
  return (
    <div className="grid grid-cols-1 gap-4">
      <p className="written-text text-lg">
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
      <p className="text-muted">Try a wider search:</p>
      <ul className="flex flex-wrap gap-2">
        {(typed.length > 1 || hasFilter) &&
          typed.map((word, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a word may occur twice
            <li key={index} className="max-w-full">
              <a href={userListHref(query, { q: typed.filter((_, other) => other !== index).join(' ') })} className="chip">
                <span className="line-clamp-1 break-all">
                  Without <QuotedSearch text={word} />
                </span>
              </a>
            </li>
          ))}
        {q !== '' && hasFilter && (
          <li>
            <a href={userListHref(query, { age_min: null, age_max: null, age: null })} className="chip">
              At any age
            </a>
          </li>
        )}
        <li>
          <a href={userListHref()} className="chip">
            Browse all people
          </a>
        </li>
      </ul>
    </div>
  )
}
