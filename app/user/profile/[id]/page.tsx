import type { Metadata } from 'next'
import { parseProfileList, type SearchParams, userDataHref, userProfileHref } from '../../../_models/user-list-query.ts'
import { findDocumentTag } from '../../../_request/answer.ts'
import { setStatusNotFound } from '../../../_request/page-status.ts'
import { readPlace, readUser } from '../../../_request/routes.ts'
import { canonicalUrl } from '../../../_site/canonical-url.ts'
import { readSite } from '../../../_site/site.ts'
import { BackLink } from '../../../_views/back-link.tsx'
import { formatShown } from '../../../_views/format.ts'
import { ListNeighbors } from '../../../_views/list-neighbors.tsx'
import { LivePage } from '../../../_views/live-page.tsx'
import { plainUserName } from '../../../_views/user-name.tsx'
import { UserNotFound } from '../../../_views/user-not-found.tsx'
import { UserProfile } from '../../../_views/user-profile.tsx'

type UserProfilePageProps = { params: Promise<{ id: string }>; searchParams: Promise<SearchParams> }

export async function generateMetadata({ params }: UserProfilePageProps): Promise<Metadata> {
  const user = await readUser((await params).id)
  if (!user) return { title: 'Person not found', robots: { index: false } }
  const name = plainUserName(user)
  return {
    title: name,
    description: `${name} in the directory: ${formatShown(['email', 'age', 'ID'], readSite().hiddenFields)}.`,
    alternates: {
      canonical: canonicalUrl(userProfileHref(user.id)),
      types: { 'application/json': userDataHref('json', user.id), 'text/vcard': userDataHref('vcf', user.id) },
    },
  }
}

export default async function UserProfilePage({ params, searchParams }: UserProfilePageProps) {
  const user = await readUser((await params).id)
  if (!user) setStatusNotFound()
  const { hiddenFields } = readSite()
  const query = parseProfileList(await searchParams, hiddenFields)
  const place = user && (await readPlace(user.id, query))
  return (
    <div className="grid grid-cols-1 gap-6">
      <LivePage
        tag={findDocumentTag()}
        updatedText={user ? 'This profile was updated.' : 'This person is no longer in the directory.'}
        changedText="This profile has changed."
      />
      <div className="profile-ways">
        <BackLink query={query} place={place} />
        {query && place && <ListNeighbors query={query} place={place} />}
      </div>
      {user ? <UserProfile user={user} /> : <UserNotFound hiddenFields={hiddenFields} />}
    </div>
  )
}
