import { onTestFinished, vi } from 'vitest'
import type { TestDatabase } from '../../fixtures/create-database.ts'

/** The model as a web process loads it, on a database of the test's own. */
export async function modelOn({ url }: TestDatabase) {
  vi.stubEnv('DATABASE_URL', url)
  vi.resetModules()
  const { database } = await import('../../../app/_models/sqlite/database.ts')
  onTestFinished(async () => {
    await database().$disconnect()
    vi.unstubAllEnvs()
  })
  return { database, ...(await import('../../../app/_models/user.ts')) }
}
