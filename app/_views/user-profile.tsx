import type { ReactNode } from 'react'
import { vcards } from '../_data/vcard.ts'
import type { UserRow } from '../_models/user.ts'
import { userDataHref } from '../_models/user-list-query.ts'
import { CopyEmailButton } from './copy-email-button.tsx'
import { InitialsDisc } from './initials-disc.tsx'
import { isBlank } from './plain-text.ts'
import { UserAge } from './user-age.tsx'
import { plainUserName, UserName } from './user-name.tsx'
import { VcardQrCode } from './vcard-qr-code.tsx'

/** Laid out by user-profile.css. */
export function UserProfile({ user }: { user: UserRow }) {
  return (
    <article className="card profile">
      <div className="profile-head">
        <InitialsDisc name={user.username} size="large" />
        <h1 className="written-text">
          <UserName user={user} />
        </h1>
      </div>
      <Actions user={user} />
      <dl>
        {user.email !== undefined && (
          <Fact term="Email">
            {isBlank(user.email) ? (
              <span className="text-muted">not visible</span>
            ) : (
              <a href={mailtoHref(user.email)}>
                <bdi>{user.email}</bdi>
              </a>
            )}
          </Fact>
        )}
        {user.age !== undefined && (
          <Fact term="Age">
            <UserAge age={user.age} />
          </Fact>
        )}
        <Fact term="ID">{user.id}</Fact>
      </dl>
      <p className="profile-data">
        This profile as data:{' '}
        <a href={userDataHref('json', user.id)} rel="nofollow">
          JSON
        </a>
      </p>
      <details className="profile-code">
        <summary>
          <CodeIcon />
          QR code for a phone
        </summary>
        <VcardQrCode card={vcards([user], '3.0')} name={plainUserName(user)} />
        <p>Scan it with a phone’s camera to add this person to its contacts.</p>
      </details>
    </article>
  )
}

function Actions({ user: { id, email } }: { user: UserRow }) {
  return (
    <ul className="profile-actions">
      {email !== undefined && !isBlank(email) && (
        <>
          <li>
            <a href={mailtoHref(email)} className="button">
              Write an email
            </a>
          </li>
          <li className="empty:hidden">
            <CopyEmailButton email={email} className="button-quiet" />
          </li>
        </>
      )}
      <li>
        <a href={userDataHref('vcf', id)} rel="nofollow" className="button-quiet">
          Add to contacts
        </a>
      </li>
    </ul>
  )
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd className="written-text">{children}</dd>
    </div>
  )
}

/** A sign for the code that is not there yet. */
function CodeIcon() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d="M3 3h7v7H3zm11 0h7v7h-7zM3 14h7v7H3zM6 6h1v1H6zm11 0h1v1h-1zM6 17h1v1H6zM14 14h3v3h-3zm4 4h3v3h-3z" />
    </svg>
  )
}

function mailtoHref(email: string): string {
  return `mailto:${encodeURIComponent(email).replace('%40', '@')}`
}
