import { ConnectError } from '../database/postgres/connect-error.ts'
import { fileProblem } from '../database/sqlite/file-checks.ts'
import { listMigrations, listPendingMigrations, listSchemaDifferences } from '../database/sqlite/migrate.ts'
import { countPeople } from '../database/sqlite/seed.ts'
import { openDatabase } from '../database/sqlite/sqlite.ts'
import { describeDatabase } from '../database/url.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import { readSettings } from '../settings.ts'

/**
 * Prints the state of the database.
 * @throws OperatorError when this release cannot serve it.
 */
export async function status(): Promise<void> {
  const { database } = readSettings()
  const name = describeDatabase(database)
  print('Database', name)
  try {
    if (database.engine === 'postgres') await (await import('../database/postgres/status.ts')).printPostgresStatus(database.url, print)
    else printState(database.file)
  } catch (error) {
    if (error instanceof ConnectError) throw error
    throw new OperatorError(`The database ${name} cannot be served: ${errorMessage(error)}`)
  }
}

function printState(file: string): void {
  const problem = fileProblem(file)
  if (problem !== null) throw new Error(`it ${problem}; create it with roster prepare, or check DATABASE_URL`)
  using database = openDatabase(file, { isReadOnly: true })
  const migrations = listMigrations()
  const pending = listPendingMigrations(database)
  if (pending.length < migrations.length) print('People', countPeople(database).toLocaleString('en'))
  print('Migrations', `${migrations.length - pending.length} of ${migrations.length} applied`)
  if (pending.length > 0) {
    print('Pending', pending.map(({ name }) => name).join(', '))
    throw new Error('it lacks migrations; apply them with roster prepare')
  }
  const differences = listSchemaDifferences(database)
  print('Schema', differences.length === 0 ? 'matches the migrations' : differences.join(', '))
  if (differences.length > 0) throw new Error('its schema does not match the migrations; restore a backup')
}

function print(name: string, value: string): void {
  console.log(`${name.padEnd('Migrations'.length)}  ${value}`)
}
