import { describe, expect, test } from 'vitest'
import { newerImage, RosterContainer, temporaryVolume } from '../fixtures/docker.ts'

const NEXT = '29990101000000_next'
const BROKEN = '29990101000000_broken'

describe('an upgrade', () => {
  test('migrates the database and keeps a copy, and the older image then refuses the database', async () => {
    const volume = temporaryVolume()
    const older = new RosterContainer({ volume })
    expect(await older.page('/users')).toContain('24 people')
    older.stop()

    const newer = new RosterContainer({ volume, image: newerImage(NEXT, 'CREATE INDEX "User_age_next" ON "User" ("age")') })
    expect(await newer.page('/users')).toContain('24 people')
    expect(newer.logLines().map(({ msg }) => msg)).toContain(`Copying the database to /data/roster.db.before-${NEXT} …`)
    newer.stop()

    const refused = new RosterContainer({ volume })
    expect(refused.exited()).toBe(1)
    expect(refused.lastMessage()).toBe(
      `The database /data/roster.db cannot be used: it was migrated by a newer release (${NEXT}); run that one, or restore an older backup`,
    )

    const back = new RosterContainer({ volume }, '--env', `DATABASE_URL=file:///data/roster.db.before-${NEXT}`)
    expect(await back.page('/users')).toContain('24 people')
  })

  test('that fails leaves the database usable by the older image', async () => {
    const volume = temporaryVolume()
    const older = new RosterContainer({ volume })
    await older.page('/users')
    older.stop()

    const newer = new RosterContainer({ volume, image: newerImage(BROKEN, 'DELETE FROM "User"; SELECT nonsense') })
    expect(newer.exited()).toBe(1)
    expect(newer.lastMessage()).toBe(
      `The database /data/roster.db cannot be used: migration ${BROKEN} failed, nothing was changed: no such column: nonsense`,
    )

    expect(await new RosterContainer({ volume }).page('/users')).toContain('24 people')
  })
})
