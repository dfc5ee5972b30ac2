import { onTestFinished, vi } from 'vitest'

/** The model as a web process loads it, on the database at `url`. `database` is its connection to SQLite. */
export async function modelOn({ url }: { url: string }) {
  vi.stubEnv('DATABASE_URL', url)
  vi.resetModules()
  const { database } = await import('../../../app/_models/sqlite/database.ts')
  onTestFinished(async () => {
    await (url.startsWith('file:') ? database() : (await import('../../../app/_models/postgres/database.ts')).database()).$disconnect()
    vi.unstubAllEnvs()
  })
  return { database, ...(await import('../../../app/_models/user.ts')) }
}
