import { createSecretKey, type KeyObject } from 'node:crypto'
import { readSecret } from '../secret.ts'
import type { NextPages } from './next-pages.ts'

/**
 * Returns a function that reads the installation's secret: that in `file` or, where that is null, the one that the database keeps for all
 * web nodes, as soon as the database is there.
 * @throws OperatorError when the file cannot be used.
 */
export function createSecretReader(file: string | null, pages: NextPages): () => Promise<KeyObject> {
  let secret: Promise<KeyObject> | undefined = file === null ? undefined : Promise.resolve(readSecret(file))
  return () => {
    secret ??= readFromDatabase(pages)
    // A failure is not kept: the next page tries again.
    secret.catch(() => {
      secret = undefined
    })
    return secret
  }
}

async function readFromDatabase(pages: NextPages): Promise<KeyObject> {
  const bytes = await pages.readInstallationSecret()
  if (bytes === null) throw new Error('The database keeps no secret')
  return createSecretKey(bytes)
}
