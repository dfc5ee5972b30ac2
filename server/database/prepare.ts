import type { Settings } from '../settings.ts'
import type { DatabaseAddress } from './url.ts'

type PrepareOptions = {
  /** The people in a new database. */
  seed: Settings['seed']
  /** Called before each step that takes time; by default, prints it. */
  report?: (line: string) => void
  /** Whether workers of the previous release may serve the database meanwhile. */
  isServed?: boolean
  /** Whether the operator has confirmed that no web nodes run which pending migrations of PostgreSQL would break. */
  isContractConfirmed?: boolean
}

/**
 * Makes the database at `address` one that this release can serve, and counts the people in it: see `prepareDatabase` of its engine.
 * @throws OperatorError when it cannot be used.
 */
export async function prepareDatabase(address: DatabaseAddress, options: PrepareOptions): Promise<{ people: number }> {
  if (address.engine === 'postgres') return (await import('./postgres/prepare.ts')).prepareDatabase(address.url, options)
  return (await import('./sqlite/prepare.ts')).prepareDatabase(address.file, options)
}
