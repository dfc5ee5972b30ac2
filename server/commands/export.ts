import { once } from 'node:events'
import { createWriteStream, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DataAnswer } from '../../app/_request/data-answer.ts'
import { setSite } from '../../app/_site/site.ts'
import { fileProblem } from '../database/sqlite/file-checks.ts'
import { type DatabaseAddress, databaseUrl } from '../database/url.ts'
import { errorMessage, isErrorCode, OperatorError } from '../errors.ts'
import { databaseFault } from '../http/database-fault.ts'
import { STANDALONE } from '../paths.ts'
import { readSettings } from '../settings.ts'
import { readSiteTexts } from '../site/read-site.ts'
import { loadRoutes } from '../worker/next-pages.ts'
import { onInterruption } from './interruption.ts'

const FORMATS = ['csv', 'json', 'ndjson', 'vcf']
const USAGE_ERROR_STATUS = 2

type Options = Record<string, string>

/**
 * Writes the people on the list that `options` name to `file`, whole or not at all, or to stdout. Returns the exit status.
 * @throws OperatorError when they cannot be read or written.
 */
export async function exportPeople(file: string | undefined, { format: givenFormat, ...options }: Options): Promise<number> {
  const target = file === undefined || file === '-' ? null : resolve(file)
  const format = givenFormat ?? (target === null ? 'csv' : extname(target).slice(1).toLowerCase())
  if (!FORMATS.includes(format)) return refuse(`the format must be csv, json, ndjson or vcf; name it by --format`)
  const answer = await readList(format, options)
  if (typeof answer.body === 'string' || answer.body instanceof Uint8Array) return refuse(explainProblem(String(answer.body)))
  const text = format === 'json' ? writeJson(answer.body) : answer.body
  if (target !== null) return writeFile(target, text)
  await writeToStdout(text)
  return 0
}

/** The list as the site sends it; a body that is whole names wrong options. */
async function readList(format: string, options: Options): Promise<DataAnswer> {
  const { database, site } = readSettings()
  // vCards name the site, as on its pages. But it is the operator's own data, with what the site hides.
  setSite({ ...site, ...readSiteTexts(), hiddenFields: [] })
  const problem = await readProblem(database)
  if (problem !== null) throw cannotRead(problem)
  if (!existsSync(join(STANDALONE, '.next/BUILD_ID'))) throw cannotRead('Roster is not built; build it with roster build')
  process.env.DATABASE_URL = database.engine === 'postgres' ? database.url : databaseUrl(database.file)
  // One document of JSON with everybody is made of the lines of NDJSON: the site's has pages.
  const path = `/users.${format === 'json' ? 'ndjson' : format}`
  const route = (await loadRoutes()).ROUTES.find(({ pattern }) => pattern.test(path))
  if (!route || !('answer' in route)) throw new Error(`No route for ${path}`)
  const params = Object.fromEntries(Object.entries(options).map(([name, value]) => [parameterOf(name), value]))
  return route.answer(path, params, new AbortController().signal)
}

/** Why the people cannot be read, as far as is known beforehand; null when they can. */
async function readProblem(database: DatabaseAddress): Promise<string | null> {
  if (database.engine === 'postgres')
    return (await (await import('../database/postgres/readiness.ts')).findReadinessProblem(database.url))?.reason ?? null
  const problem = fileProblem(database.file)
  return problem && `the database ${database.file} ${problem}; create it with roster prepare, or check DATABASE_URL`
}

/** `ageMin` is --age-min, which is the parameter age_min. */
function parameterOf(option: string): string {
  return option.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function explainProblem(body: string): string {
  const { detail, errors = [] }: { detail: string; errors?: { name: string; reason: string }[] } = JSON.parse(body)
  return errors.map(({ name, reason }) => `--${name.replaceAll('_', '-')} ${reason}`).join('; ') || detail
}

function refuse(reason: string): number {
  console.error(`roster: ${reason}; see roster export --help`)
  return USAGE_ERROR_STATUS
}

/** As the site's pages of JSON, but with everybody. */
async function* writeJson(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let total = 0
  yield '{"users":['
  for await (const part of lines) {
    const users = part.trimEnd().split('\n')
    yield `${total === 0 ? '' : ','}\n${users.join(',\n')}`
    total += users.length
  }
  yield `\n],"total":${total},"next":null}\n`
}

async function writeToStdout(text: AsyncIterable<string>): Promise<void> {
  try {
    await write(text, process.stdout)
  } catch (error) {
    // The reader, such as `head`, has enough.
    if (isErrorCode(error, 'EPIPE')) return
    throw explain(error, 'stdout')
  }
}

/** A draft beside the file takes its place once all of it is on the disk. Returns the exit status. */
async function writeFile(target: string, text: AsyncIterable<string>): Promise<number> {
  if (existsSync(target) && !statSync(target).isFile())
    throw new OperatorError(
      `The people cannot be written to ${target}: it is not a file; name another one, or leave it out to write to stdout`,
    )
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}.draft`)
  const interrupted = new AbortController()
  onInterruption((status) => interrupted.abort(status))
  try {
    const stream = createWriteStream(draft, { fd: openSync(draft, 'wx'), flush: true })
    await pipeline(Readable.from(text), stream, { signal: interrupted.signal })
    renameSync(draft, target)
    return 0
  } catch (error) {
    rmSync(draft, { force: true })
    if (!interrupted.signal.aborted) throw explain(error, target)
    console.error('Interrupted; nothing is written.')
    return interrupted.signal.reason
  }
}

// Not pipeline: it would close stdout.
async function write(text: AsyncIterable<string>, output: Writable): Promise<void> {
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  output.once('error', failed.reject)
  for await (const part of text) if (!output.write(part)) await Promise.race([once(output, 'drain'), failed.promise])
}

function explain(error: unknown, target: string): unknown {
  const fault = databaseFault(error)
  if (fault !== null) return cannotRead(fault)
  if (isErrorCode(error, 'ENOSPC')) return new OperatorError(`The people cannot be written to ${target}: its disk is full; free some space`)
  return error instanceof Error && 'syscall' in error
    ? new OperatorError(`The people cannot be written to ${target}: ${errorMessage(error)}`)
    : error
}

function cannotRead(reason: string): OperatorError {
  return new OperatorError(`The people cannot be exported: ${reason}`)
}
