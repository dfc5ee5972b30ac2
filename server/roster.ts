#!/usr/bin/env node
// `roster COMMAND`: maintenance where there is neither npm nor Prisma's CLI, as in the container image.
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { seedCommand } from './commands/seed.ts'
import { copyDatabase } from './database/copy.ts'
import { findFileFault } from './database/file-fault.ts'
import { listMigrations, listPendingMigrations, listSchemaDifferences } from './database/migrate.ts'
import { databaseFile } from './database/url.ts'
import { loadEnvironment } from './environment.ts'
import { errorMessage, OperatorError } from './errors.ts'
import { nginxUpstream } from './nginx-upstream.ts'
import { runCommand } from './run-command.ts'

const HELP = `Usage: roster COMMAND

  seed [--count N]  adds the sample people who are not there, or fills up to N people in all
  migrate-status    tells whether the database is the one that this Roster expects; exit status 1 when it is not
  backup [FILE]     copies the database as it is now, while it is served, to FILE, which must not exist
                    (default: beside the database, named after the time)
  help              this text

They work on the database that DATABASE_URL names.
`

const [command = 'help', ...commandArguments] = process.argv.slice(2)

await runCommand(async () => {
  loadEnvironment()
  switch (command) {
    case 'seed':
      process.exitCode = await seedCommand(commandArguments, 'roster seed [--count N]')
      return
    case 'migrate-status':
      expectArguments(0)
      return showMigrationStatus()
    case 'backup':
      expectArguments(1)
      return backUp(commandArguments[0])
    case 'nginx-upstream':
      expectArguments(1)
      process.stdout.write(nginxUpstream(Number(commandArguments[0])))
      return
    case 'help':
    case '--help':
      process.stdout.write(HELP)
      return
    default:
      throw new OperatorError(`unknown command "${command}"; see roster help`)
  }
})

function expectArguments(most: number): void {
  const unexpected = commandArguments[most] ?? commandArguments.find((argument) => argument.startsWith('-'))
  if (unexpected !== undefined) throw new OperatorError(`unexpected argument "${unexpected}"; see roster help`)
}

function showMigrationStatus(): void {
  withDatabase('be looked at', (database) => {
    const pending = new Set(listPendingMigrations(database).map(({ name }) => name))
    for (const { name } of listMigrations()) console.log(`${pending.has(name) ? 'missing' : 'applied'}  ${name}`)
    if (pending.size > 0) throw new OperatorError('a start of Roster applies what is missing')
    const differences = listSchemaDifferences(database)
    if (differences.length > 0) throw new OperatorError(`its schema is another one: ${differences.join(', ')}`)
  })
}

function backUp(target = `${databaseFile()}.${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`): void {
  const file = resolve(target)
  if (existsSync(file)) throw new OperatorError(`${file} exists already; name another file`)
  if (!existsSync(dirname(file))) throw new OperatorError(`there is no folder ${dirname(file)}`)
  withDatabase('be copied', (database) => copyDatabase(database, file))
  console.log(`The database is copied to ${file}`)
}

function withDatabase(what: string, use: (database: DatabaseSync) => void): void {
  const file = databaseFile()
  try {
    const fault = findFileFault(file)
    if (fault !== null) throw new OperatorError(`it ${fault}`)
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
    try {
      use(database)
    } finally {
      database.close()
    }
  } catch (error) {
    throw new OperatorError(`The database ${file} cannot ${what}: ${errorMessage(error)}`)
  }
}
