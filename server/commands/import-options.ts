import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ImportSettings } from './import.ts'

type Parsed = {
  format?: ImportSettings['format']
  encoding?: string
  columns?: ImportSettings['columns']
  key: ImportSettings['key']
  mode: ImportSettings['mode']
  dryRun?: boolean
  skipBad?: boolean
  maxDelete: ImportSettings['maxDelete']
  report?: string
}

/** Adds the argument and the options of `roster import`, and calls `run` with them. */
export function addImportOptions(command: Command, run: (path: string, settings: ImportSettings) => Promise<void>): void {
  command
    .argument('<FILE>', 'The file; - reads stdin')
    .addOption(
      new Option('--format <FORMAT>', 'Its format (default: by its name, else by its content)').choices(['csv', 'ndjson', 'json', 'vcf']),
    )
    .option('--encoding <NAME>', 'Its encoding (default: found out)', parseEncoding)
    .option('--columns <NAMES>', "Its columns, as in 'username=Login name,email=Mail'; id= leaves a field out", parseColumns)
    .addOption(new Option('--key <FIELD>', 'What finds the person of a row').choices(['email', 'username', 'id']).default('email'))
    .addOption(
      new Option('--mode <MODE>', 'add new people, update existing ones, upsert (both), or mirror (both, and remove all others)')
        .choices(['add', 'update', 'upsert', 'mirror'])
        .default('upsert'),
    )
    .option('--dry-run', 'Show what would happen, and change nothing')
    .option('--skip-bad', 'Import the good rows when others are refused')
    .addOption(
      new Option('--max-delete <N>', 'How many people mirror may remove: a number, or a share of them')
        .argParser(parseMaxDelete)
        .default({ percent: 5 }, '5%'),
    )
    .option('--report <CSV>', 'Write all refused rows to this file')
    .action((path: string, options: Parsed) =>
      run(path, {
        format: options.format ?? null,
        encoding: options.encoding ?? null,
        columns: options.columns ?? {},
        key: options.key,
        mode: options.mode,
        isDryRun: options.dryRun ?? false,
        isBadSkipped: options.skipBad ?? false,
        maxDelete: options.maxDelete,
        report: options.report ?? null,
      }),
    )
}

function parseEncoding(label: string): string {
  try {
    return new TextDecoder(label).encoding
  } catch {
    throw new InvalidArgumentError('It must be a name such as utf-8, utf-16le or windows-1252.')
  }
}

function parseColumns(text: string): ImportSettings['columns'] {
  const columns: ImportSettings['columns'] = {}
  // A column's name may contain a comma.
  for (const part of text.split(/,(?=\s*\w+=)/)) {
    const { field, names } = /^\s*(?<field>\w+)=(?<names>.*)$/.exec(part)?.groups ?? {}
    if (names === undefined || !(field === 'id' || field === 'username' || field === 'email' || field === 'age'))
      throw new InvalidArgumentError("It must be as in 'username=Login name,email=Mail', with the fields id, username, email and age.")
    columns[field] = names === '' ? [] : names.split('+').map((name) => name.trim())
  }
  return columns
}

function parseMaxDelete(text: string): ImportSettings['maxDelete'] {
  const { number, percent } = /^(?<number>\d{1,9}(?:\.\d+)?)(?<percent>%?)$/.exec(text)?.groups ?? {}
  if (percent === '%' && Number(number) <= 100) return { percent: Number(number) }
  if (percent === '' && Number.isInteger(Number(number))) return { people: Number(number) }
  throw new InvalidArgumentError('It must be a number of people, or a share of them from 0% to 100%.')
}
