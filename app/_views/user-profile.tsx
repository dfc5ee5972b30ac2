import { vcards } from '../_data/vcard.ts'
import type { UserRow } from '../_models/user.ts'
import { userDataHref } from '../_models/user-list-query.ts'
import { CopyEmailButton } from './copy-email-button.tsx'
import { Panel } from './panel.tsx'
import { isBlank } from './plain-text.ts'
import { UserAge } from './user-age.tsx'
import { plainUserName, UserName } from './user-name.tsx'
import { VcardQrCode } from './vcard-qr-code.tsx'

const BUTTON = 'inline-block rounded-lg border border-field px-3 py-1.5 hover:bg-tint hover:text-accent'

export function UserProfile({ user }: { user: UserRow }) {
  return (
    <Panel>
      <h1 className="written-text font-semibold text-3xl leading-tight tracking-tight sm:text-4xl">
        <UserName user={user} />
      </h1>
      <dl className="mt-8 grid grid-cols-1 gap-x-10 gap-y-5 sm:grid-cols-[auto_minmax(0,1fr)]">
        {user.email !== undefined && (
          <>
            <dt className="text-muted">Email</dt>
            <dd className="written-text max-sm:-mt-5">
              {isBlank(user.email) ? (
                <span className="text-muted">not visible</span>
              ) : (
                <a href={`mailto:${encodeURIComponent(user.email).replace('%40', '@')}`}>
                  <bdi>{user.email}</bdi>
                </a>
              )}
            </dd>
          </>
        )}
        {user.age !== undefined && (
          <>
            <dt className="text-muted">Age</dt>
            <dd className="tabular-nums max-sm:-mt-4">
              <UserAge age={user.age} />
            </dd>
          </>
        )}
        <dt className="text-muted">ID</dt>
        <dd className="tabular-nums max-sm:-mt-4">{user.id}</dd>
      </dl>
      <ul className="mt-8 flex flex-wrap items-center gap-2 text-sm">
        {user.email !== undefined && !isBlank(user.email) && (
          <li className="empty:hidden">
            <CopyEmailButton email={user.email} className={BUTTON} />
          </li>
        )}
        <li>
          <a href={userDataHref('vcf', user.id)} rel="nofollow" className={BUTTON}>
            vCard
          </a>
        </li>
        <li>
          <a href={userDataHref('json', user.id)} rel="nofollow" className={BUTTON}>
            JSON
          </a>
        </li>
      </ul>
      <details className="mt-4 text-sm">
        <summary className="w-fit cursor-pointer py-2">QR code for a phone</summary>
        <VcardQrCode card={vcards([user], '3.0')} name={plainUserName(user)} />
      </details>
    </Panel>
  )
}
