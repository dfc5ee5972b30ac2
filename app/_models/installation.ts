import 'server-only'
import { postgresModel } from './postgres-model.ts'

/** The secret that the database keeps for all web nodes; null for a SQLite file, whose secret lies beside it. */
export async function readInstallationSecret(): Promise<Uint8Array | null> {
  return postgresModel && (await postgresModel).readInstallationSecret()
}
