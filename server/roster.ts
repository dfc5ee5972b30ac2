#!/usr/bin/env node
// The command `roster`. The code of each command is imported when that is called: it loads faster, and a release has no code to build.
import { existsSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { addImportOptions } from './commands/import-options.ts'
import { OperatorError, UsageError } from './errors.ts'
import { MAX_SEED_PEOPLE, MAX_WEB_WORKERS, readSettings } from './settings.ts'

const USAGE_ERROR_STATUS = 2
const MAX_KEPT_BACKUPS = 1_000
const hasSources = existsSync(new URL('commands/build.ts', import.meta.url))

const roster = new Command('roster')
  .description('A read-only web directory of the people in a SQLite or PostgreSQL database.')
  .usage('COMMAND [options]')
  .helpOption('-h, --help', 'Show this help')
  .helpCommand(false)
  .addHelpText('after', '\nSettings come from environment variables and the file .env; .env.example describes them.')
  .configureOutput({ outputError: (message, write) => write(usageError(message)) })
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : USAGE_ERROR_STATUS))

addCommand('start', `${hasSources ? 'Build if the sources have changed, prepare' : 'Prepare'} the database, and serve`, [
  'roster start                          # at http://127.0.0.1:3000, with one worker',
  'PORT=8080 WEB_WORKERS=4 roster start',
]).action(async () => (await import('./commands/start.ts')).start())

addCommand('serve', 'Serve a prepared database, for a service manager; SIGHUP replaces the workers one by one', [
  'roster prepare && roster serve',
]).action(async () => (await import('./commands/serve.ts')).serve())

if (hasSources) {
  addCommand('dev', 'Prepare the database, and serve the sources as they change', ['roster dev']).action(async () =>
    (await import('./commands/dev.ts')).dev(),
  )
  addCommand('build', 'Build a release in .next/standalone', ['roster build']).action(async () =>
    (await import('./commands/build.ts')).build(),
  )
}

addCommand('prepare', 'Create the database, or copy it and apply pending migrations', [
  'roster prepare',
  'SEED=none roster prepare  # a new database has no people',
])
  .option('--contract', 'On PostgreSQL: also remove what older releases use; confirms that none of them serves any more')
  .action(async ({ contract = false }: { contract?: boolean }) => (await import('./commands/prepare.ts')).prepare(contract))

addCommand('seed', 'Add the sample people who are missing; changes and deletes no one', ['roster seed', 'roster seed --count 100000'])
  .option(
    '--count <N>',
    `Add people until there are N (1 to ${MAX_SEED_PEOPLE}); run it again after an interruption`,
    parseOnce(MAX_SEED_PEOPLE),
  )
  .action(async ({ count }: { count?: number }) => {
    process.exitCode = await (await import('./commands/seed.ts')).seed(count)
  })

const importCommand = addCommand('import', 'Add and change people from a CSV, JSON, NDJSON or vCard file; all of it or nothing', [
  'roster import people.csv --dry-run                # shows what would happen',
  'roster import people.csv --skip-bad --report bad.csv',
  "roster import staff.csv --columns 'username=Login name,email=Mail'",
  'roster import hr.csv --mode mirror                # removes people who are not in the file',
  'ldapsearch … | ./to-ndjson | roster import - --format ndjson',
])
addImportOptions(importCommand, async (path, settings) => {
  process.exitCode = await (await import('./commands/import.ts')).importFile(path, settings)
})

addCommand('export', 'Write people to a file or to stdout: everybody, or those on a list', [
  'roster export people.csv',
  'roster export people.csv --for excel --sort username',
  'roster export --format ndjson --q "ann example.org" | jq .email',
])
  .argument('[FILE]', 'The file; it is replaced when everybody is written. Without it: stdout')
  .option('--format <FORMAT>', 'csv, json, ndjson or vcf; by default as FILE ends, else csv')
  .option('--q <WORDS>', 'Only people who match this search')
  .option('--sort <COLUMN>', 'id, username, email or age')
  .option('--dir <DIRECTION>', 'asc or desc')
  .option('--age-min <AGE>', 'Only people of this age or older')
  .option('--age-max <AGE>', 'Only people of this age or younger')
  .option('--age <AGE>', 'unknown: only people without an age')
  .option('--for <PROGRAM>', 'excel: CSV that Excel reads as UTF-8, and in which no value is a formula')
  .option('--version <VERSION>', 'The version of vCard: 3.0 or 4.0')
  .action(async (file: string | undefined, options: Record<string, string>) => {
    const exitStatus = await (await import('./commands/export.ts')).exportPeople(file, options)
    // The pages keep their connections to PostgreSQL open. An empty write ends after all others.
    process.stdout.write('', () => process.exit(exitStatus))
  })

addCommand('move', 'Copy the people, with their ids, to another database, and prove both equal; the source is only read', [
  'roster move --to postgresql://roster@db.example.com/roster             # goes on after an interruption, too',
  'roster move --to postgresql://roster@db.example.com/roster --mirror    # catches up',
  'DATABASE_URL=postgresql://roster@db.example.com/roster roster move --to file:/srv/roster/roster.db',
])
  .requiredOption(
    '--to <URL>',
    'The other database. Its password belongs in ~/.pgpass or the file of PGPASSFILE: other users could see it here',
  )
  .option('--mirror', 'Make an earlier copy equal: change and remove people who differ there')
  .action(async ({ to, mirror = false }: { to: string; mirror?: boolean }) => {
    process.exitCode = await (await import('./commands/move.ts')).move(to, mirror)
  })

addCommand('backup', 'Copy the database while it is in use, and verify the copy', [
  'roster backup                      # beside the database, named after the time',
  'roster backup /backup/roster.db',
  'roster backup /backup --keep 7     # into a folder; keeps the 7 newest that Roster named there',
])
  .argument('[FILE]', 'The new file, or a folder for it')
  .option(
    '--keep <N>',
    `Then remove older backups that Roster named, except the newest N (1 to ${MAX_KEPT_BACKUPS})`,
    parseOnce(MAX_KEPT_BACKUPS),
  )
  .action(async (file: string | undefined, { keep }: { keep?: number }) => (await import('./commands/backup.ts')).backup(file, keep))

addCommand('restore', 'Replace the database by a backup while it is in use, and keep the old one beside it', [
  'roster restore roster.db.20261127T083000.000Z          # asks before it replaces anything',
  'roster restore /backup/roster.db --yes',
])
  .argument('<FILE>', 'The backup, of this release or an older one; it is only read')
  .option('--yes', 'Do not ask; needed without a terminal')
  .action(async (file: string, { yes = false }: { yes?: boolean }) => (await import('./commands/restore.ts')).restore(file, yes))

addCommand('check', 'Check the database while it is in use; exit status 1 if something is wrong', [
  'roster check',
  'roster check --repair              # builds indexes and counts anew from the people, if they are wrong',
])
  .option('--repair', 'If indexes, folded names, search index or counts are wrong, build them anew, and check again')
  .action(async ({ repair = false }: { repair?: boolean }) => (await import('./commands/check.ts')).check(repair))

addCommand('status', 'Show the state of the database; exit status 1 unless this release can serve it', ['roster status']).action(async () =>
  (await import('./commands/status.ts')).status(),
)

addCommand('nginx-upstream', "Print nginx's list of the workers' sockets", ['roster nginx-upstream 4 > /etc/nginx/roster/upstream.conf'])
  .argument('<N>', `The number of workers, 1 to ${MAX_WEB_WORKERS}`, parseOnce(MAX_WEB_WORKERS))
  .action(async (workers: number) => {
    const { nginxUpstream } = await import('./nginx-upstream.ts')
    process.stdout.write(nginxUpstream(workers, readSettings().socketDirectory ?? undefined))
  })

// Commander's own help command answers an unknown name with the whole help.
addCommand('help', 'Show the help of a command', ['roster help seed'])
  .argument('[COMMAND]')
  .action((name?: string) => {
    const command = name === undefined ? roster : roster.commands.find((each) => each.name() === name)
    if (command === undefined) roster.error(`unknown command '${name}'`)
    else command.help()
  })

try {
  const commandArguments = process.argv.slice(2)
  await roster.parseAsync(commandArguments.length === 0 ? ['--help'] : commandArguments, { from: 'user' })
} catch (error) {
  if (!(error instanceof OperatorError)) throw error
  console.error(error.message)
  process.exit(error instanceof UsageError ? USAGE_ERROR_STATUS : 1)
}

/** Adds a command; `examples` are lines of its help. */
function addCommand(name: string, description: string, examples: string[]): Command {
  return roster
    .command(name)
    .summary(description)
    .description(`${description}.`)
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`)
}

/** A parser of whole numbers from 1 to `max`, for an option or argument that may be given once. */
function parseOnce(max: number): (text: string, previous: number | undefined) => number {
  return (text, previous) => {
    if (previous !== undefined) throw new InvalidArgumentError('It may be given only once.')
    const number = /^[1-9]\d{0,7}$/.test(text) ? Number(text) : Number.NaN
    if (number <= max) return number
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${max}.`)
  }
}

/** Commander's message, such as "error: unknown option '--force'" and a hint on a second line, as one line. */
function usageError(message: string): string {
  const line = message
    .trim()
    .replace(/^error: /, '')
    .replace(/\.$/, '')
    .replaceAll(/\s*\n\s*/g, ' ')
  return `roster: ${line}; see roster --help\n`
}
