import type { Metadata } from 'next'
import { cache } from 'react'
import { findUser } from '../../../_models/user.ts'
import { parseUserId } from '../../../_models/user-id.ts'
import { parseUserListQuery, type SearchParams, userListHref, userProfileHref } from '../../../_models/user-list-query.ts'
import { BackLink } from '../../../_views/back-link.tsx'
import { UserNotFound } from '../../../_views/user-not-found.tsx'
import { UserProfile } from '../../../_views/user-profile.tsx'
import { setStatusNotFound } from '../../../page-status.ts'

type UserProfilePageProps = { params: Promise<{ id: string }>; searchParams: Promise<SearchParams> }

export async function generateMetadata({ params }: UserProfilePageProps): Promise<Metadata> {
  const user = await getUser((await params).id)
  if (!user) return { title: 'No such person', robots: { index: false } }
  return {
    title: user.username,
    description: `${user.username} in the directory: e-mail, age and id.`,
    alternates: { canonical: userProfileHref(user.id) },
  }
}

export default async function UserProfilePage({ params, searchParams }: UserProfilePageProps) {
  const user = await getUser((await params).id)
  if (!user) setStatusNotFound()
  return (
    <div className="grid grid-cols-1 gap-6">
      <BackLink href={userListHref(parseUserListQuery(await searchParams).query)} />
      {user ? <UserProfile user={user} /> : <UserNotFound />}
    </div>
  )
}

// Title and page ask for the same person: one query for both.
const getUser = cache(async (idText: string) => {
  const id = parseUserId(idText)
  return id === null ? null : findUser(id)
})
