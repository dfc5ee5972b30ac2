import 'server-only'
import { database } from './database.ts'

/** The secret that all web nodes share: a migration has made it. */
export async function readInstallationSecret(): Promise<Uint8Array> {
  const [row] = await database().$queryRaw<{ secret: Uint8Array }[]>`SELECT "secret" FROM "Installation"`
  if (row === undefined) throw new Error('The table Installation has no row')
  return row.secret
}
